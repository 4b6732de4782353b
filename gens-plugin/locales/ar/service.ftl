# نسخ الشهادة
versions-title = النسخ
versions-lead = كل نص قُدِّم أو أُصدر أو أُعيد إرساله أو سُحب، والأحدث أولًا.
version-present = النص الحالي
both = { $one } · { $other }
version-number = النسخة { $name }
version-column = النسخة
version-step = سبب إنشائها
version-later = ما تلاها
version-view = عرض
version-changes = ما الذي تغيّر
versions-compare = مقارنة نسختين
changes-title = ما الذي تغيّر
changes-before = قبل
changes-after = بعد
changes-none = لا فرق بين النسختين.
changes-field = الحقل

# تصفية القوائم
search-more = خيارات بحث إضافية
search-destination = بلد المقصد
search-country = بلد المُرسِل أو المنشأ
search-country-help = الاسم أو الرمز المكوَّن من حرفين.
search-commodity = المنتج أو الاسم النباتي
search-commodity-help = كلمات كاملة؛ وتحلّ النجمة محلّ بقية الكلمة.
search-party = المُصدِّر أو المُرسَل إليه
search-organization = المنشأة مقدِّمة الطلب
search-issued-from = صدرت ابتداءً من
search-issued-to = صدرت حتى
search-received-from = استُلمت ابتداءً من
search-received-to = استُلمت حتى
search-receipt = نتيجة الفحص

# إسناد العمل إلى شخص آخر
certificate-reassign = إسناد إلى شخص آخر
reassign-author = من يتولّى إدخال هذه الشهادة من الآن فصاعدًا؟
reassign-issuer = من يتابع تسليمها من الآن فصاعدًا؟ يبقى الاسم المدوَّن على الشهادة كما هو.
reassign-choose = اختر من يتسلّم العمل. لا يمكن إنهاء حساب من لديه عمل قائم دون ذلك.

# أخذ جميع البيانات
packages-title = أخذ جميع البيانات
packages-lead = ملف واحد يضم جميع القوائم والشهادات والمرفقات وسجل التدقيق لهذا البلد. يُعدّ في الخلفية ويُحذف بعد يوم.
archive-new = إعداد حزمة
archive-new-lead = تضم الحزمة كل ما هو محفوظ هنا. أكّد بكلمة المرور.
archive-size = الحجم
archive-digest = SHA-256
archive-waiting = قيد الإعداد
archive-ready = جاهزة
archive-failed = تعذّر إعدادها
archive-removed = حُذفت
archive-download = تنزيل
archive-until = متاحة حتى
archive-busy = هناك حزمة قيد الإعداد بالفعل.

# الاختلافات عن المحور
restore-title = اختلافات عن المحور
restore-lead = يعرف المحور هذه الرسائل ولا يعرفها هذا النظام، كما يحدث بعد استعادة نسخة أقدم.
restore-parties = من، إلى
restore-there = هناك
restore-here = هنا
restore-todo = ما ينبغي عمله
restore-todo-export = خذها من المحور: تُنشأ الشهادة من جديد من وثيقة المحور. لا تُصدر شهادة للإرسالية نفسها مرة أخرى.
restore-todo-step = خذها من المحور: فقد أُرسلت مرة أخرى.
restore-todo-withdrawn = خذها من المحور: فقد سُحبت.
restore-todo-import = خذها من المحور: تُقرأ مرة أخرى.
restore-nothing = غير موجودة هنا
restore-take-over = أخذ من المحور
restore-away = لا يقدّم المحور هذه الوثيقة الآن. حاول لاحقًا أو سوِّ الأمر بطريقة أخرى.
restore-settle = تسوية بطريقة أخرى
restore-settle-lead = لن يؤخذ شيء من المحور. اذكر كيف عولج الأمر.

# السحب والردود
work-withdrawn = سُحبت بعد قرارك
work-withdrawn-help = شهادات إرساليات سمحت بدخولها أو حجزتها ثم سحبها مُرسِلوها.
import-notice = سحب المُرسِل هذه الشهادة بعد اتخاذ القرار بشأنها.
import-notice-next = الخطوة التالية: ابحث عن الإرسالية، ثم اتخذ قرارًا جديدًا أو سجّل أنك على علم.
import-note = أُحطتُ علمًا
decision-withdrawn = سُحبت هذه الشهادة: لا يجوز السماح بدخول شيء بموجبها.
fact-answer = الرد على المُرسِل
answer-waiting = في الطريق
answer-accepted = قبلها البلد المستورد
answer-rejected = رفضها البلد المستورد
answer-other = ردّ البلد المستورد
next-answered = الخطوة التالية: اقرأ الرد. إن كانت الشهادة خاطئة فاسحبها وأصدر شهادة مصححة.
next-withdrawn = الخطوة التالية: لم يصل إشعار السحب؛ أبلغ المستلم بطريقة أخرى.

# ما الذي جرى
did-reassign = أُسند إلى شخص آخر
did-take-over = أُخذ من المحور
did-settle-difference = سُوّي اختلاف عن المحور
did-skip-numbers = تُجووزت أرقام
did-request-package = طُلبت حزمة
did-download-package = نُزّلت حزمة
did-package-made = أُعدّت حزمة
did-package-failed = تعذّر إعداد حزمة
did-package-removed = حُذفت حزمة
did-verify-paper = فُحصت الورقة برمزها
