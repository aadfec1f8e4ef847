"""Quotas: who cuts how much, by principle or by efficiency."""
