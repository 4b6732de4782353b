# Versions of a certificate
versions-title = Versions
versions-lead = Every text that was handed in, issued, sent again or withdrawn, the last first.
version-present = Present text
both = { $one } · { $other }
version-number = Version { $name }
version-column = Version
version-step = Made by
version-later = What followed
version-view = Show
version-changes = What changed
versions-compare = Compare two versions
changes-title = What changed
changes-before = Before
changes-after = After
changes-none = Both say the same.
changes-field = Field

# Filters of lists
search-more = More to search by
search-destination = Country of destination
search-country = Country of sender or origin
search-country-help = Name or two letters.
search-commodity = Produce or botanical name
search-commodity-help = Whole words; an asterisk stands for the rest of one.
search-party = Exporter or consignee
search-organization = Applicant organization
search-issued-from = Issued from
search-issued-to = Issued until
search-received-from = Received from
search-received-to = Received until
search-receipt = What was found

# Giving work to somebody else
certificate-reassign = Give to somebody else
reassign-author = Who enters this certificate from now on?
reassign-issuer = Who looks after its delivery from now on? The name on the certificate stays.
reassign-choose = Choose who takes it over. Whoever has work in hand cannot leave without.

# Everything to be taken along
packages-title = Take everything along
packages-lead = One file with all lists, certificates, attachments and the audit trail of this country. It is made in the background and removed after a day.
archive-new = Make a package
archive-new-lead = The package holds everything that is kept here. Confirm with your password.
archive-size = Size
archive-digest = SHA-256
archive-waiting = Being made
archive-ready = Ready
archive-failed = Failed
archive-removed = Removed
archive-download = Download
archive-until = Available until
archive-busy = A package is being made already.

# What differs from the hub
restore-title = Differs from the hub
restore-lead = The hub knows these messages and this system does not, as after an older copy was put back.
restore-parties = From, to
restore-there = There
restore-here = Here
restore-todo = What to do
restore-todo-export = Take it over: the certificate is made anew from the hub’s document. Do not issue the same consignment again.
restore-todo-step = Take it over: it was sent once more.
restore-todo-withdrawn = Take it over: it was withdrawn.
restore-todo-import = Take it over: it is read once more.
restore-nothing = Not here
restore-take-over = Take over
restore-away = The hub does not give this document now. Try again later, or settle it otherwise.
restore-settle = Settle otherwise
restore-settle-lead = Nothing is taken over. Say how it was looked after.

# Withdrawals and answers
work-withdrawn = Withdrawn after you decided
work-withdrawn-help = Certificates of consignments that you let in or hold; their senders withdrew them.
import-notice = The sender withdrew this certificate after it was decided about.
import-notice-next = Next step: find the consignment, then decide again or note that you know.
import-note = Noted
decision-withdrawn = This certificate was withdrawn: nothing can be let in by it.
fact-answer = Answer to the sender
answer-waiting = On its way
answer-accepted = Accepted by the importing country
answer-rejected = Rejected by the importing country
answer-other = Answered by the importing country
next-answered = Next step: read what was answered. If the certificate is wrong, withdraw it and issue a corrected one.
next-withdrawn = Next step: the withdrawal did not arrive; tell the recipient in another way.

# What was done
did-reassign = Given to somebody else
did-take-over = Taken over from the hub
did-settle-difference = Difference from the hub settled
did-skip-numbers = Numbers skipped
did-request-package = Package asked for
did-download-package = Package downloaded
did-package-made = Package made
did-package-failed = Package failed
did-package-removed = Package removed
did-verify-paper = Paper checked with its code
