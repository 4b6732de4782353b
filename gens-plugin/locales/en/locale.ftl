# What is said of the language itself. A folder like this one is a language: nothing else has to be
# written anywhere for it to be offered.

# Its own name, as it stands in the list of languages.
language-name = English
# ltr or rtl.
language-direction = ltr
# Moments on pages, from two digits each and four of the year. Every language here writes
# them as ISO 8601 does: officers of several countries read the same pages, and 04/03 is another day
# in each of them. Moments are in UTC, as in certificates.
language-moment = { $year }-{ $month }-{ $day } { $hour }:{ $minute }
# What parts stand between: Line 2, Packages 1
language-list = { $first }, { $second }
language-kilobytes = { $count } kB
