"""One registration per method; the module name is the name of the method."""
