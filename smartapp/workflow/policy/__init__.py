"""What the clinic decides, read from the files it owns: topics, rules, queues, hours and words."""
