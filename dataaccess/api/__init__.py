"""The Appendix B interfaces over HTTP: thin views over dataaccess.intake."""
