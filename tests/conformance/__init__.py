"""The real Codex beside ours: scenarios that both live through, and files that both write."""
