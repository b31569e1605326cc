"""One obligation decided: zero, signs, and the certificate of the answer."""
