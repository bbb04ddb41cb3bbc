"""The Flask application: people, sorties, approvals, pages. The only package that knows SQL."""
