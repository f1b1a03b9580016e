"""Pages about bases for signed-in people. Thin: form, action, redirect."""
