"""Collectors: the 24 figures from Prometheus, security events from detectors' logs."""
