"""Rules every module obeys: errors, alignment, options, randomness, results, units, language."""
