"""What a kind of paper of the shop answers for itself."""
