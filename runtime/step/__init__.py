"""One step of one rule: values found once, passes carried out, new values put in their places."""
