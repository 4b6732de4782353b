# ما يقال عن اللغة نفسها
language-name = العربية
language-direction = rtl
# Western digits and ISO 8601: customary on official certificates in Arabic, where numbers are
# compared with documents in other languages; countries differ in the digits that they use.
language-moment = { $year }-{ $month }-{ $day } { $hour }:{ $minute }
language-list = { $first }، { $second }
language-kilobytes = { $count } كيلوبايت
