"""`{% load appendix_b %}`: the words of Appendix B, and what the API told, in the reader's language."""

from django import template

from dataaccess.told import in_readers_language
from dataaccess.words import printed

register = template.Library()
register.filter("printed", printed)
register.filter("told", in_readers_language)
