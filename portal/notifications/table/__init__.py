"""The kinds of notification, by what they are about. How to add one: portal/notifications/kinds.py."""
