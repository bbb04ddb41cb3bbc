"""A flight as a printed report: cover, map, summary, findings, charts, receipts, hashes, record, notes, custody."""

from web.report.printing import pdf as pdf
