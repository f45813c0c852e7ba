"""Memories: each turns a sequence into states."""
