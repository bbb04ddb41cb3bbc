"""The records that people edit. Only this package speaks SQL; routes speak to its functions."""
