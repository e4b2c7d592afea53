"""The applicant's pages under /my/."""
