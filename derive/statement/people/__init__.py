"""What people say: users' threads, the quiz, opinions that no prover decides."""
