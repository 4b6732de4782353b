# Around every page
brand = GeNS
skip-to-content = الانتقال إلى المحتوى
navigation = القائمة الرئيسية
languages = اللغات
log-out = تسجيل الخروج
footer = النظام الوطني العام لشهادات الصحة النباتية الإلكترونية (GeNS)
training-banner = تدريب: لا شيء هنا ساري المفعول
continue = متابعة
cancel = إلغاء
back-home = إلى عملي
needed = مطلوب
nothing-here = لا يوجد شيء هنا بعد.
older = الأقدم
download-csv = تنزيل بصيغة CSV
column-actions = إجراءات
reason = السبب

nav-home = عملي
nav-certificates = الشهادات
nav-imports = الواردة
nav-users = المستخدمون
nav-organizations = المنشآت
nav-settings = الإعدادات
nav-audit = سجل التدقيق
nav-statistics = الإحصاءات

# Logging in
log-in-title = تسجيل الدخول
log-in-lead = شهادات الصحة النباتية، تُرسل وتُستلم إلكترونياً.
log-in-country = البلد
log-in-name = اسم المستخدم
log-in-password = كلمة المرور
log-in-button = دخول
log-in-register = هل تصدّر نباتات أو منتجات نباتية؟
log-in-register-link = سجّل منشأتك
log-in-lost = فقدت كلمة المرور أو جهاز التحقق؟ يستطيع المسؤول إعادة تعيينهما.
log-in-wrong = اسم المستخدم أو كلمة المرور غير صحيح.
log-in-limited = جرت محاولات كثيرة جداً. انتظر بضع دقائق ثم أعد المحاولة.
log-in-kept = انتهت جلستك. ما كتبته محفوظ: سجّل الدخول لحفظه.
log-in-ended = انتهت جلستك. سجّل الدخول من جديد.
second-factor-title = التحقق بخطوتين
second-factor-lead = أدخل الأرقام الستة التي يعرضها تطبيق المصادقة الآن.
second-factor-code = الرمز
second-factor-lost = لا يمكنك استخدام التطبيق؟ اطلب من المسؤول إعادة تعيين التحقق بخطوتين.
second-factor-wrong = الرمز غير صحيح أو سبق استخدامه. انتظر الرمز التالي.
second-factor-on = التحقق بخطوتين مفعّل لحسابك.
second-factor-off = التحقق بخطوتين غير مفعّل. بتفعيله لا تكفي كلمة مرور مسروقة للدخول.
second-factor-set-up = تفعيل التحقق بخطوتين
second-factor-enter = أدخل هذا المفتاح في تطبيق المصادقة، ثم أكّد بالرمز الذي يعرضه.
second-factor-confirm = تأكيد
kept-title = حُفظت مدخلاتك
kept-text = انتهت جلستك قبل أن تحفظ. احفظ الآن ما كتبته أو تجاهله.
kept-save = حفظ مدخلاتي
kept-discard = تجاهل

# Registering
register-title = تسجيل منشأتك
register-lead = توافق المنظمة القطرية لوقاية النباتات على تسجيلك قبل أن تتمكن من الدخول.
register-organization = اسم المنشأة
register-address = العنوان
register-person = اسمك
register-button = إرسال طلب التسجيل
registered-title = استُلم طلب التسجيل
registered-text = يمكنك الدخول حالما توافق المنظمة القطرية لوقاية النباتات عليه.
register-refused = لا يمكن تسجيل هذا. راجع ما أدخلته.

# Oneself
account-title = حسابي
account-login = اسم المستخدم
account-roles = الأدوار
password-change = تغيير كلمة المرور
password-old = كلمة المرور الحالية
password-new = كلمة المرور الجديدة
password-help = 12 حرفاً على الأقل؛ عدة كلمات أسهل تذكراً من الرموز.
password-button = تغيير كلمة المرور
password-changed = غُيّرت كلمة المرور.
password-refused = كلمة المرور الحالية غير صحيحة، أو الجديدة قصيرة جداً أو سهلة التخمين.
second-factor-done = فُعّل التحقق بخطوتين.

# My work
home-title = عملي
home-greeting = مرحباً، { $name }.
home-empty = لا شيء بانتظارك
home-empty-text = يظهر هنا العمل الذي ينتظرك.
work-attention = يحتاج إلى انتباه
work-attention-help = لم يتم تسليمها كما يجب؛ افتحها لترى الخطوة التالية.
work-open = قيد الإكمال
work-open-help = مسودات وطلبات أُعيدت إليك.
work-submitted = مقدَّمة
work-submitted-help = طلبات تنتظر المراجعة أو الفحص أو الموافقة.
work-inspected = مفحوصة
work-inspected-help = إرساليات وُجدت سليمة.
work-approved = جاهزة للإصدار
work-approved-help = راجعها مرة أخرى ثم أصدرها.
work-imports = واردة بانتظار القرار
work-imports-help = شهادات إرساليات قادمة إلى بلدك.

# Lists
column-number = الرقم
column-state = الحالة
column-country = البلد
column-party = الطرف
column-goods = البضائع
column-changed = آخر تغيير
certificates-title = الشهادات
imports-title = الشهادات الواردة
search-words = بحث
search-hint = رقم، طرف، منتج …
search-state = الحالة
search-any = الكل
search-button = بحث
search-nothing = لم يُعثر على شيء.
search-nothing-text = قد تجد المزيد بكلمات أقل أو أي حالة أو مدة أطول.
draft-unnumbered = مسودة { $name }

# States
state-draft = مسودة
state-submitted = مقدَّمة
state-recalled = مسترجَعة
state-returned = معادة
state-inspected = مفحوصة
state-approved = موافَق عليها
state-issued = صادرة
state-sent = مرسلة
state-delivered = مسلَّمة
state-delivered-with-warnings = مسلَّمة مع تحذيرات
state-not-readable = تعذّرت قراءتها
state-failed = تعذّر التسليم
state-withdrawn = مسحوبة
next-delivered-with-warnings = الخطوة التالية: اقرأ رسالة المستلم. إن كان الأمر مهماً فاسحب الشهادة وأصدر شهادة مصححة.
next-not-readable = الخطوة التالية: اسأل المستلم عما تعذّرت قراءته؛ ثم أعد الإرسال أو اسحب الشهادة.
next-failed = الخطوة التالية: أزل السبب المذكور في الرسالة ثم أعد الإرسال.

# Steps
step-submit = تقديم
step-recall = استرجاع
step-return = إعادة للتصحيح
step-inspect = تسجيل الفحص
step-approve = موافقة
step-issue = إصدار
step-resend = إعادة الإرسال
step-withdraw = سحب
did-submit = قُدِّمت
did-recall = استُرجعت
did-return = أُعيدت
did-inspect = فُحصت
did-approve = تمت الموافقة
did-issue = صدرت
did-lose-original = فُقد الأصل أو تلف
did-print-duplicate = طُبع بدل الأصل
did-print = طُبع الأصل
did-resend = أُعيد إرسالها
did-withdraw = سُحبت
did-send = أُرسلت
did-deliver = سُلِّمت
did-deliver-with-warnings = سُلِّمت مع تحذيرات
did-fail-to-read = تعذّرت قراءتها
did-fail = تعذّر التسليم
confirm-submit = لن تتمكن من تغييرها إلا إذا استرجعتها أو أُعيدت إليك.
confirm-recall = يمكنك بعد ذلك تغييرها وتقديمها من جديد.
confirm-return = يرى مقدّم الطلب سببك ويستطيع تصحيح الطلب.
confirm-inspect = تسجّل أن الإرسالية فُحصت ووُجدت سليمة.
confirm-approve = يمكن بعد ذلك إصدار الشهادة.
confirm-issue = أنت تشهد بما تقوله الشهادة. أكّد بكلمة مرورك.
confirm-resend = تُرسل الشهادة نفسها مرة أخرى. اذكر ما الذي تغيّر.
confirm-withdraw = لن تعود الشهادة سارية، ويُبلَّغ المستلم. لا يمكن التراجع عن ذلك. أكّد بكلمة مرورك.
confirm-remark = ملاحظة
confirm-password = كلمة مرورك
confirm-code = رمز التحقق بخطوتين إن كان مفعّلاً لديك
confirm-wrong = كلمة المرور أو الرمز غير صحيح.
confirm-reason-needed = اذكر السبب. يُحفظ ويقرؤه المعنيون.
paper-only = لا يتبادل { $name } الشهادات إلكترونياً: هذه الشهادة ورقية فقط.

# A certificate
certificate-new = شهادة جديدة
certificate-edit = تحرير
certificate-preview = معاينة
certificate-paper = طباعة
certificate-xml = تنزيل XML
certificate-pdf = تنزيل PDF
certificate-pdf-copy = تنزيل نسخة (PDF)
certificate-print = طباعة الأصل (PDF)
certificate-print-duplicate = طباعة بدل الأصل رقم { $name } (PDF)
certificate-lost = فُقد الأصل أو تلف
certificate-copy = نسخ كشهادة جديدة
certificate-form-title = إدخال شهادة
back-certificate = إلى الشهادة
back-certificates = كل الشهادات
back-imports = كل الشهادات الواردة
returned-because = أُعيدت للتصحيح:
form-save = حفظ
form-finish = حفظ ومتابعة
form-saved = حُفظت.
form-conflict = غيّر شخص آخر هذه الشهادة في هذه الأثناء. مدخلاتك أدناه؛ قارنها قبل أن تحفظ من جديد.
autosave-saving = جارٍ الحفظ …
autosave-saved = حُفظت تلقائياً
autosave-failed = لم تُحفظ بعد؛ محفوظة في هذا المتصفح حتى يعود الاتصال.
autosave-restore = في هذا المتصفح مدخلات لك لم تُحفظ. هل تريد استعادتها؟
summary-title = ملخص
goods-title = البضائع
history-title = السجل
findings-title = التدقيق
findings-none = لم يُعثر على أخطاء.
findings-count = { $count ->
    [zero] لا شيء يحتاج إلى نظر
    [one] أمر واحد يحتاج إلى نظر
    [two] أمران يحتاجان إلى نظر
    [few] { $count } أمور تحتاج إلى نظر
    [many] { $count } أمراً يحتاج إلى نظر
   *[other] { $count } أمر يحتاج إلى نظر
}
level-severe = يجب تصحيحه
level-warning = تحذير
level-info = تلميح
cannot-issue = لا يمكن إصدارها ما دام فيها ما يجب تصحيحه. افتح الشهادة لترى ما هو.
attachments-title = المرفقات
attachments-help = PDF أو PNG أو JPG أو GIF، بحد أقصى 3 ميغابايت لكل ملف.
attachments-choose = اختر ملفاً
attachments-add = إرفاق
attachments-remove = إزالة
attachments-remove-named = إزالة { $name }
attachments-too-large = هذا الملف أكبر من 3 ميغابايت.
attachments-wrong = لا يمكن إرفاق سوى ملفات PDF وPNG وJPG وGIF لا تتجاوز 3 ميغابايت.
fact-exporter = المصدِّر
fact-consignee = المرسَل إليه
fact-from = من
fact-destination = إلى
fact-transit = عبر
fact-entry = نقطة الدخول
fact-conveyance = وسيلة النقل
fact-number = الرقم
fact-issued = تاريخ الإصدار
fact-printed = طُبع الأصل
fact-valid-original = الأصل الساري
duplicate-number = بدل الأصل رقم { $name }
lost-title = فُقد الأصل أو تلف
lost-lead = يمكن بعد ذلك طباعة بدل للأصل مرة واحدة. يُذكر عليه رقمه وأن ما سبقه من أصول لم يعد ساريًا. استرجع الأصل التالف أو اطلب إتلافه. أكّد بكلمة مرورك.
lost-button = السماح ببدل للأصل
fact-officer = الموظف المخوَّل
fact-received = تاريخ الاستلام
fact-hub-number = رقم التسليم في المحور
fact-handler = يعمل عليها

# Received certificates
receipt-plain = سليمة
receipt-with-warning = عليها ملاحظات
receipt-failed = تعذّرت قراءتها
authentic = وصلت عبر المحور من المنظمة القطرية لوقاية النباتات في { $name }.
not-readable = لا يمكن قراءة هذه الوثيقة؛ أُبلغ المرسل بذلك. انتظر وثيقة مصححة.
decision-title = قرار الاستيراد
decision-choose = ما مصير الإرسالية؟
decision-accepted = قبول
decision-held = حجز
decision-rejected = رفض
decision-partly = قبول جزئي
decided-accepted = مقبولة
decided-held = محجوزة
decided-rejected = مرفوضة
decided-partly = مقبولة جزئياً
decision-undecided = بلا قرار
decision-reason-help = مطلوب ما لم تقبل. قد يقرؤه المرسل.
decision-button = تسجيل القرار
decision-reason-needed = اذكر سبب هذا القرار.
decision-final = سبق اتخاذ القرار، والقرارات نهائية.
decision-off = قرارات الاستيراد معطّلة في الإعدادات.

# Administration
users-title = المستخدمون
users-new = مستخدم جديد
user-name = الاسم
user-roles = الأدوار
user-state = الحالة
user-active = نشط
user-ended = منتهٍ
user-save = حفظ
user-reset = إعادة تعيين كلمة المرور
user-reset-factor = إعادة تعيين التحقق بخطوتين
user-end = إنهاء
user-heir = ينتقل العمل إلى
user-reset-title = كلمة مرور جديدة
user-reset-text = سلّم كلمة المرور هذه شخصياً. انتهت كل جلسات المستخدم.
user-reset-done = أُزيل التحقق بخطوتين وانتهت كل جلسات المستخدم.
user-refused = لا يمكن حفظ هذا. شيء ناقص أو طويل جداً: راجع ما أدخلته.
role-nppo-administrator = مسؤول المنظمة القطرية لوقاية النباتات
role-officer = موظف
role-inspector = مفتش
role-issuing-officer = موظف إصدار
role-import-officer = موظف استيراد
role-auditor = مدقق
role-applicant-administrator = مسؤول المنشأة
role-applicant = مقدّم طلبات
organizations-title = المنشآت
organizations-lead = تسجّل المنشآت نفسها وتستطيع الدخول بعد الموافقة.
organization-name = الاسم
organization-state = الحالة
organization-pending = بانتظار الموافقة
organization-approved = موافَق عليها
organization-ended = منتهية
organization-approve = موافقة
organization-end = إنهاء
settings-title = الإعدادات
settings-lead = تتجاوز الشهادات الخطوات المعطّلة.
setting-application = تُقدَّم الطلبات أولاً
setting-inspection = تُفحص الإرساليات
setting-approval = يوافَق على الشهادات قبل إصدارها
setting-import-decision = يتخذ موظفو الاستيراد قراراتهم هنا
setting-organization = اسم المنظمة القطرية لوقاية النباتات
setting-place = مكان الإصدار
setting-number = تبدأ أرقام الشهادات بـ
settings-save = حفظ الإعدادات
settings-saved = حُفظت الإعدادات.
audit-title = سجل التدقيق
audit-lead = كل ما جرى، الأحدث أولاً.
audit-when = متى
audit-who = من
audit-what = ماذا
audit-subject = بشأن
audit-address = العنوان الشبكي
statistics-title = الإحصاءات
statistics-lead = الشهادات الصادرة بحسب الشهر والشريك والسلعة.
statistics-month = الشهر
statistics-partner = الشريك
statistics-commodity = السلعة
statistics-count = الشهادات

# The public page
verify-title = التحقق من شهادة
verify-valid = هذه الشهادة سارية.
verify-withdrawn = سُحبت هذه الشهادة.
verify-compare = قارن هذا بالورقة. إن اختلف شيء فالورقة غير أصلية.
verify-code = الرمز المطبوع على الورقة
verify-code-help = بالرمز المطبوع على الورقة ترى البضائع والكميات أيضاً.
verify-button = عرض البضائع
verify-wrong = هذا الرمز لا يخص الشهادة. قارنه بالورقة وأعد المحاولة.

# When something does not work
error-title = لم ينجح هذا
error-internal = حدث خطأ من جانبنا. آخر ما حفظته سليم. أعد المحاولة بعد قليل.
error-denied-title = غير مسموح
error-denied = أدوارك لا تشمل هذا. اطلبه من المسؤول إن احتجت إليه.
error-form-title = لم يعد هذا النموذج صالحاً
error-form = فُتح في جلسة أخرى أو منذ وقت طويل. ارجع وأعد تحميل الصفحة ثم حاول من جديد.
error-missing-title = غير موجود
error-missing = لا توجد صفحة كهذه، أو ليست لك. تحقق من العنوان أو ابدأ من عملك.
error-large-title = كبير جداً
error-large = ما أرسلته أكبر من المسموح هنا. حد المرفقات 3 ميغابايت؛ صغّر الملف ثم أعد المحاولة.
error-large-paper = هذه الشهادة أطول من أن تُطبع. اقرأها على الشاشة أو نزّل ملف XML.
error-busy-title = أعد المحاولة بعد لحظة
error-busy = يطبع آخرون الآن. لم يُفقد شيء: أعد المحاولة بعد ثوانٍ.
error-bad-title = غير مفهوم
error-bad = لا يمكن قراءة ما أرسله متصفحك. ارجع وأعد المحاولة.
error-conflict-title = غير ممكن الآن
error-conflict = تغيّرت الحالة في هذه الأثناء. افتح الشهادة من جديد.
error-limited-title = طلبات كثيرة جداً
error-limited = { $count ->
    [zero] أعد المحاولة الآن.
    [one] انتظر دقيقة ثم أعد المحاولة.
    [two] انتظر دقيقتين ثم أعد المحاولة.
    [few] انتظر { $count } دقائق ثم أعد المحاولة.
    [many] انتظر { $count } دقيقة ثم أعد المحاولة.
   *[other] انتظر { $count } دقيقة ثم أعد المحاولة.
}

password-must-change = اختر كلمة مرور خاصة بك قبل المتابعة.
second-factor-impossible = لم يُعِدّ مشغّل هذا المحور التحقق بخطوتين بعد. اطلب ذلك منه.
certificate-settle = قُرئت ولا إجراء مطلوب
history-hub = المحور
fact-public = الصفحة العامة
fact-paper-code = الرمز على الورقة
user-login = اسم المستخدم
user-login-help = يُستخدم لتسجيل الدخول: حروف وأرقام ونقاط.
user-contact = البريد الإلكتروني أو الهاتف
user-place = مكان الإصدار
user-place-help = فقط إن كان غير مكان المنظمة.
user-restore = السماح بالدخول من جديد
user-taken = اسم المستخدم هذا مستخدم من قبل.
register-password = كلمة المرور قصيرة جداً أو سهلة التخمين.
organization-contact = البريد الإلكتروني أو الهاتف
organization-refused = مرفوضة
organization-end-lead = لن يتمكن مستخدموها من الدخول. تبقى الشهادات الصادرة سارية.
autosave-offline = انقطع الاتصال. يُحفظ ما تكتبه في هذا المتصفح ويُرسل عند عودة الاتصال.
autosave-ended = انتهت جلستك. ما كتبته محفوظ في هذا المتصفح: اضغط «حفظ» ثم سجّل الدخول، ولن يضيع شيء.
autosave-bring-back = استعادتها
attachments-save-first = احفظ ما أدخلته قبل إرفاق ملف أو إزالته.
track-title = التقدّم
home-counts = الأعمال بحسب ما يجب فعله

# لماذا لا تُحفظ المسودة
flaw-too-long = هذا النص طويل جداً، اختصره: { $name }
flaw-too-many = في هذه القائمة مدخلات كثيرة جداً، أزل بعضها: { $name }
flaw-too-large = الشهادة أكبر من أن تُحفظ. اختصر نصوصها أو أزل بعض السطور.

# ما جرى، في سجل التدقيق
did-approve-organization = الموافقة على منشأة
did-attach = إرفاق ملف
did-begin-second-factor = بدء تفعيل التحقق بخطوتين
did-change-password = تغيير كلمة المرور
did-change-user = تعديل مستخدم
did-confirm-second-factor = تفعيل التحقق بخطوتين
did-create = إنشاء شهادة
did-create-user = إنشاء مستخدم
did-decide = قرار استيراد
did-detach = إزالة ملف
did-end-organization = إنهاء منشأة
did-end-user = إنهاء مستخدم
did-log-in = تسجيل الدخول
did-log-out = تسجيل الخروج
did-note-withdrawal = تسجيل سحب
did-print = طباعة
did-receive = استلام
did-refuse-organization = رفض منشأة
did-register = تسجيل منشأة
did-reset-password = إعادة تعيين كلمة المرور
did-reset-second-factor = إعادة تعيين التحقق بخطوتين
did-restore-user = السماح لمستخدم بالدخول من جديد
did-save = حفظ مسودة
did-save-settings = حفظ الإعدادات
did-settle = قراءة رسالة
about-certificate = الشهادة { $name }
about-import = الشهادة الواردة { $name }
about-organization = المنشأة { $name }
about-settings = الإعدادات
about-user = المستخدم { $name }
account-language = اللغة
account-language-pages = لغة الصفحات
account-language-help = حيثما سجّلت الدخول. للشهادات لغتها الخاصة.
did-choose-language = اختيار لغة الصفحات
setting-language = لغة الشهادات الجديدة
setting-language-help = يمكن اختيار لغة أخرى لكل شهادة.
audit-visitor = زائر
