"""How each kind of claim is decided, one module each."""
