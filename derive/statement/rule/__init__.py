"""What is claimed of rules: their forms, relations and dialects."""
