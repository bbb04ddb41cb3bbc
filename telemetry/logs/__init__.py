"""Readers of flight logs into columns: tlog, DataFlash, ULog."""
