"""Subsidy measures as plain Python: frozen facts in, findings and amounts out. Imports no Django."""
