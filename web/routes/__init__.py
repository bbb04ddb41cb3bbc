"""One module per concern, each with one blueprint. Every route declares its permission (`web.auth.guard`)."""
