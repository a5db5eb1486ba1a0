"""Devices read on threads of their own."""
