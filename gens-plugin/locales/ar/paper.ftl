# الشهادة على الورق بلغة الشهادة: مصطلحات نماذج المعيار الدولي 12
paper-title = شهادة الصحة النباتية
paper-title-reexport = شهادة الصحة النباتية لإعادة التصدير
paper-organization = منظمة وقاية النباتات في
paper-to = إلى: منظمة (منظمات) وقاية النباتات في
paper-number = رقم
paper-consignment = أولاً – وصف الإرسالية
paper-exporter = اسم المصدِّر وعنوانه
paper-consignee = الاسم والعنوان المعلنان للمرسَل إليه
paper-packages = عدد الطرود ووصفها
paper-marks = العلامات المميزة
paper-origin = مكان المنشأ
paper-conveyance = وسيلة النقل المعلنة
paper-entry = نقطة الدخول المعلنة
paper-transit = بلدان العبور
paper-containers = الحاويات والأختام
paper-name = اسم المنتج
paper-produce = اسم المنتج والكمية المعلنة
paper-botanical = الاسم النباتي للنباتات
paper-use = الاستخدام المقصود
paper-quantity = الكمية
paper-net = صافٍ
paper-gross = قائم
paper-line = السطر
# بأرقام البيانات الرسمية
paper-statement-1 = نشهد بأن النباتات أو المنتجات النباتية أو البنود الأخرى الخاضعة للوائح الموصوفة في هذه الشهادة قد فُحصت و/أو اختُبرت وفقاً للإجراءات الرسمية المناسبة، وأنها تُعتبر خالية من الآفات الحجرية التي حددها الطرف المتعاقد المستورد، ومطابقة لمتطلبات الصحة النباتية السارية لدى الطرف المتعاقد المستورد، بما فيها المتطلبات المتعلقة بالآفات غير الحجرية الخاضعة للوائح.
paper-statement-2 = وتُعتبر خالية عملياً من الآفات الأخرى.
paper-statement-3 = نشهد بأن النباتات أو المنتجات النباتية أو البنود الأخرى الخاضعة للوائح الموصوفة أعلاه قد استُوردت مصحوبة بشهادة الصحة النباتية الأصلية المذكورة هنا، وأنها تُعتبر مطابقة لمتطلبات الصحة النباتية السارية لدى الطرف المتعاقد المستورد، وأن الإرسالية لم تتعرض خلال تخزينها في البلد المعيد للتصدير لخطر الإصابة أو العدوى.
paper-statement-4 = تحل هذه الشهادة محل الشهادة المذكورة هنا، التي لم تعد سارية.
paper-statement-5 = لا تتحمل المنظمة المُصدِرة ولا أي من موظفيها أو ممثليها أي مسؤولية مالية فيما يتعلق بهذه الشهادة.
paper-declarations = ثانياً – إقرار إضافي
paper-treatments = ثالثاً – معالجة إبادة الآفات و/أو التطهير
paper-treatment = المعالجة
paper-chemical = المادة الكيميائية (المادة الفعالة)
paper-duration = المدة ودرجة الحرارة
paper-concentration = التركيز
paper-date = التاريخ
paper-information = معلومات إضافية
paper-official = معلومات رسمية أخرى
paper-permit = إذن الاستيراد
paper-attachments = المرفقات
paper-none = لا يوجد
paper-place = مكان الإصدار
paper-officer = اسم الموظف المخوَّل
paper-issued = التاريخ
paper-signature = التوقيع
paper-stamp = خاتم المنظمة
paper-liability = لا تتحمل المنظمة المُصدِرة ولا أي من موظفيها أو ممثليها أي مسؤولية مالية فيما يتعلق بهذه الشهادة.
paper-electronic = هذا عرض لشهادة إلكترونية.
paper-duplicate = بدل الأصل رقم { $name }
paper-duplicate-only = هذا بدل الأصل رقم { $name }، صدر عوضًا عن أصل فُقد أو تلف. لم تعد الأصول السابقة سارية.
paper-draft = مسودة
paper-training = تدريب
paper-copy = نسخة
paper-withdrawn = مسحوبة
paper-back = رجوع
paper-print-hint = اطبع من متصفحك: Ctrl+P
paper-inspected = تاريخ الفحص
paper-reference = وثيقة أخرى
paper-hs = رمز النظام المنسق
paper-goods-count = { $count ->
    [zero] لا أسطر
    [one] سطر واحد ({ $count })
    [two] سطران ({ $count })
    [few] { $count } أسطر
    [many] { $count } سطراً
   *[other] { $count } سطر
}
paper-treatments-count = { $count ->
    [zero] لا معالجات
    [one] معالجة واحدة ({ $count })
    [two] معالجتان ({ $count })
    [few] { $count } معالجات
    [many] { $count } معالجة
   *[other] { $count } معالجة
}
paper-see-annex = انظر الملحق { $annex }
paper-annex = الملحق { $annex } من { $annexes }
paper-annexed = { $title } رقم { $number }
paper-page = الصفحة { $page } من { $pages }
paper-compare = قارن هذه الورقة بما هو مسجَّل. رمز الاطلاع على التفاصيل:
paper-compare-code = رمز استجابة سريعة: عنوان الصفحة التي تُقارن بها هذه الورقة
paper-unprintable = العلامة � مكان حرف لا يمكن طبعه؛ وهو موجود في الشهادة الإلكترونية.
