"""Exact runs of declarations: one-step maps, scripted problems, arrays, floats for searches."""
