"""`{% load appendix_b %}`: the words of Appendix B in the reader's language."""

from django import template

from dataaccess.words import printed

register = template.Library()
register.filter("printed", printed)
