"""What the clinic's work amounts to, computed from what the EHR holds when somebody asks."""
