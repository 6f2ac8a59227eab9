"""What the grid tab says."""

WORDS = {
    "tab.grid": ("Grid", "网格"),
    "grid.idea": (
        "One template with one pair of label words gives one accuracy, and it is tempting to believe it. Here many "
        "templates meet many label words on the same sentences, so that you see how much of a result is the wording: "
        "the best and the worst cell differ in nothing else.",
        "一个模板配一对标签词，得到一个准确率，人们很容易就此相信它。这里让许多模板与许多标签词在同样的句子上两两相遇，"
        "看一看结果中有多少其实来自措辞：最好的格子与最差的格子，差别仅在用词。",
    ),
    "grid.how": (
        "Each cell fills its template T with every sentence x and answers with the class y whose label word v(y) "
        "is the likeliest at [MASK]. Zero-shot, the model reads a sentence once per template; all label words are "
        "looked up in the same answer. Tuned, every cell is trained anew for each seed. The best cell is best on "
        "these very sentences, so its number flatters it; what such a choice is worth elsewhere is measured below, "
        "under “The winner's curse”.",
        "每个格子把句子 x 填入模板 T，取 [MASK] 处概率最大的标签词 v(y) 所对应的类别 y 作为答案。零样本时，每个模板"
        "只让模型读一遍句子，所有标签词都从同一次输出中查得；微调时，每个格子对每个随机种子都重新训练一次。“最高”的"
        "格子正是在这批句子上最高，数字因此偏乐观；换一批句子还值多少，见下面的“赢家诅咒”。",
    ),
    "grid.source": (
        "Gao et al. 2021 (LM-BFF), table 2; Zhao et al. 2021 (calibration), section 5; Le Scao & Rush 2021.",
        "Gao 等 2021（LM-BFF），表 2；Zhao 等 2021（校准），第 5 节；Le Scao 与 Rush 2021。",
    ),
    # The boxes
    "grid.gt": ("Templates, one a line", "模板，每行一个"),
    "grid.gt.info": (
        "{text} is the sentence, [MASK] the blank; OpenPrompt's notation is accepted too",
        "{text} 是句子，[MASK] 是空位；也认得 OpenPrompt 的写法",
    ),
    "grid.gv": ("Label words, one set a line", "标签词，每行一组"),
    "grid.gv.info": (
        'negative=bad,awful;positive=good, or {"negative": ["bad"], "positive": ["good"]}',
        'negative=bad,awful;positive=good，或 {"negative": ["bad"], "positive": ["good"]}',
    ),
    "grid.gt.gallery": ("Gallery of templates", "模板库"),
    "grid.gv.gallery": ("Gallery of label words", "标签词库"),
    "grid.gt.load": ("Load templates from a file", "从文件读入模板"),
    "grid.gv.load": ("Load label words from a file", "从文件读入标签词"),
    "grid.carry": ("Add the playground's cart", "加入游乐场的收藏"),
    "grid.all_of": ("all $tag", "全部$tag"),
    "grid.none": ("empty the box", "清空"),
    "grid.tag.plain": ("plain", "陈述"),
    "grid.tag.question": ("question", "提问"),
    "grid.tag.prefix": ("prefix", "前置"),
    "grid.tag.null": ("null", "空模板"),
    "grid.tag.irrelevant": ("irrelevant", "无关"),
    "grid.tag.reversed": ("reversed", "颠倒"),
    "grid.count.gt": ("Templates: $n", "$n 个模板"),
    "grid.count.gv": ("Sets of label words: $n", "$n 组标签词"),
    "grid.line": ("Line $line: $said", "第 $line 行：$said"),
    # The run
    "grid.gmode": ("Mode", "方式"),
    "grid.gmode.zero": ("zero-shot", "零样本"),
    "grid.gmode.tuned": ("tuned", "微调"),
    "grid.gset": ("Held-out sentences", "留出的句子"),
    "grid.gset.dev": ("built-in dev", "内置开发集"),
    "grid.gset.test": ("built-in test", "内置测试集"),
    "grid.gset.own": ("my own file", "自己的文件"),
    "grid.set.dev": ("reviews of the built-in dev set", "条内置开发集影评"),
    "grid.set.own": ("sentences of $file", "个“$file”中的句子"),
    "grid.set.test": ("reviews of the built-in test set", "条内置测试集影评"),
    "grid.gcal": ("Calibration: take away the answer to …", "校准：除去模型对……的回答"),
    "grid.gcal.off": ("nothing: off", "不校准"),
    "grid.gcal.n/a": ("“N/A”", "“N/A”"),
    "grid.gcal.mask": ("the model's own mask token", "模型自己的掩码词元"),
    "grid.gcal.empty": ("the empty text", "空文本"),
    "grid.gcal.average": ("the average of the three", "三者的平均"),
    "grid.cal.n/a": ("“N/A”", "“N/A”"),
    "grid.cal.mask": ("the mask token", "掩码词元"),
    "grid.cal.empty": ("the empty text", "空文本"),
    "grid.cal.average": ("the three content-free inputs", "三种无内容输入"),
    "grid.gn": ("Sentences", "句子数"),
    "grid.gk": ("Tuned: labelled examples per class", "微调：每类标注样本数"),
    "grid.gseeds": ("Tuned: seeds", "微调：随机种子数"),
    "grid.plan.zero": (
        "Templates: $rows, sets of label words: $columns, cells: $cells, each on up to $n sentences. Filled "
        "templates that the model reads: up to $runs, however many label words there are.",
        "$rows 个模板 × $columns 组标签词 = $cells 格，每格至多 $n 个句子；模型最多读 $runs 个填好的模板，与标签词"
        "的多少无关。",
    ),
    "grid.plan.tuned": (
        "Trainings: $trainings (templates: $rows, sets of label words: $columns, seeds: $seeds), with $k labelled "
        "examples per class, several seconds each; measured on up to $n sentences.",
        "$rows 个模板 × $columns 组标签词 × $seeds 个种子 = $trainings 次训练，每类 $k 个标注样本，每次训练需数秒；"
        "在至多 $n 个句子上测量。",
    ),
    "grid.start": ("Compute the grid", "计算网格"),
    "grid.own.load": ("Load my own sentences (label⇥text)", "读入自己的句子（标签⇥文本）"),
    "grid.own.order": (
        " Label words of “negative” go with “$negative”, those of “positive” with “$positive”; write the labels "
        "themselves where it should be the other way.",
        "“negative”的标签词对应“$negative”，“positive”的对应“$positive”；若应相反，请直接写标签名。",
    ),
    "grid.own.loaded": ("$file: $n sentences, labels $labels.", "$file：$n 个句子，标签 $labels。"),
    "grid.idle": ("Not computed yet.", "尚未计算。"),
    "grid.running": ("$done of $total, $seconds s", "$done / $total，$seconds 秒"),
    "grid.running.step": (
        "training $done of $total done; step $step of $steps of the next, $seconds s",
        "已完成 $done / $total 次训练；当前第 $step / $steps 步，$seconds 秒",
    ),
    "grid.done": ("Computed just now: $cells cells, $seconds s.", "$cells 个格子，刚刚计算完成，用时 $seconds 秒。"),
    "grid.stopped": (
        "Stopped: $cells of $total cells are there, after $seconds s.",
        "已停止：$total 格中算出了 $cells 格，用时 $seconds 秒。",
    ),
    # What was found
    "grid.how.sentences": ("$n $set", "$n $set"),
    "grid.how.tuned.partly": (
        "all parameters tuned on $n labelled examples ($k per class), mean of $least to $seeds seeds",
        "用 $n 个标注样本（每类 $k 个）微调全部参数，$least 到 $seeds 个种子的平均",
    ),
    "grid.table.later": ("They are listed here once all are computed.", "全部算完后在这里列出。"),
    "grid.how.zero": ("zero-shot: no labelled example, no trained parameter", "零样本：无标注样本，无训练参数"),
    "grid.how.tuned": (
        "all parameters tuned on $n labelled examples ($k per class), mean over seeds ($seeds)",
        "用 $n 个标注样本（每类 $k 个）微调全部参数，$seeds 个种子的平均",
    ),
    "grid.how.calibrated": ("calibrated with $what", "以$what校准"),
    "grid.best": ("best", "最高"),
    "grid.median": ("median", "中位数"),
    "grid.worst": ("worst", "最低"),
    "grid.deviation": ("standard deviation", "标准差"),
    "grid.majority": ("baseline", "基线"),
    "grid.median.note": ("of $n cells", "共 $n 格"),
    "grid.deviation.note": ("over the cells", "各格之间"),
    "grid.points": ("$n points", "$n 个百分点"),
    "grid.heat": ("Accuracy of every pair", "每一对的准确率"),
    "grid.heat.note": (
        "Rows are templates, columns label words (negative / positive). Colours part at chance, as far apart as the "
        "values are. Click a cell for its details.",
        "行是模板，列是标签词（负面 / 正面）。颜色以随机水平为界，按数值的范围展开。点击格子查看详情。",
    ),
    "grid.heat.result": (
        "From $worst to $best: $points points between the worst and the best of $n cells.",
        "从 $worst 到 $best：$n 格中最差与最好相差 $points 个百分点。",
    ),
    "grid.heat.partial": (
        "So far from $worst to $best: $points points between the worst and the best of $n cells of $total.",
        "目前从 $worst 到 $best：在已算出的 $n 格（共 $total 格）中，最差与最好相差 $points 个百分点。",
    ),
    "grid.strip.template": ("Spread of each template", "每个模板的波动"),
    "grid.strip.verbalizer": ("Spread of each set of label words", "每组标签词的波动"),
    "grid.strip.template.result": (
        "With the template fixed, the best and the worst label words lie $points points apart, averaged over the "
        "templates. Thick marks are medians.",
        "固定模板时，最好与最差的标签词平均相差 $points 个百分点。粗短线为中位数。",
    ),
    "grid.strip.verbalizer.result": (
        "With the label words fixed, the best and the worst template lie $points points apart, averaged over the "
        "sets of label words. Thick marks are medians.",
        "固定标签词时，最好与最差的模板平均相差 $points 个百分点。粗短线为中位数。",
    ),
    "grid.prior": ("What calibration takes away", "校准除去了什么"),
    "grid.prior.note": (
        "A dot is a cell. To the right or left: what it answers when it is given nothing to judge (“N/A”, the model's "
        "mask token, the empty text). Up or down: what accuracy gains or loses when that leaning is divided out.",
        "每个点是一个格子。左右：什么内容都不给（“N/A”、模型的掩码词元、空文本）时它的回答；上下：除去这种偏向之后，"
        "准确率"
        "升降多少。",
    ),
    "grid.prior.axis": ("p($label | no content)", "无内容时的 p($label)"),
    "grid.prior.axis.many": ("p of the favoured class | no content", "无内容时最受偏爱类别的概率"),
    "grid.gain.axis": ("gain in accuracy (points)", "准确率的变化（百分点）"),
    "grid.prior.none": (
        "Drawn when a zero-shot grid is complete.",
        "零样本网格全部算完后，在此绘出。",
    ),
    "grid.prior.result": (
        "Calibration with $what moves the mean accuracy from $before to $after: $better of $n cells gain, $worse lose. "
        "The strongest leaning: $share “$label” for nothing at all, in $cell.",
        "以$what校准后，平均准确率从 $before 变为 $after：$n 格中 $better 格上升，$worse 格下降。"
        "偏向最强的是 $cell：什么都不给，也以 $share 的概率回答“$label”。",
    ),
    "grid.table": ("All cells", "全部格子"),
    "grid.column.template": ("template", "模板"),
    "grid.column.verbalizer": ("label words", "标签词"),
    "grid.column.accuracy": ("accuracy", "准确率"),
    "grid.column.interval": ("95% interval", "95% 区间"),
    "grid.column.deviation": ("deviation over seeds", "种子间标准差"),
    "grid.save": ("Save $file", "保存 $file"),
    "grid.save.note": (
        "plan.json is what `python -m paradigms sweep plan.json` runs.",
        "plan.json 可直接用 `python -m paradigms sweep plan.json` 运行。",
    ),
    "grid.detail.none": ("Click a cell, a dot or a row of the table.", "点击格子、圆点或表格中的一行。"),
    "grid.detail.seeds": ("By seed: $seeds", "各种子：$seeds"),
    "grid.detail.prior": ("Its answer to an input without content.", "对无内容输入的回答。"),
    "grid.detail.prior.gain": (
        "Its answer to an input without content. Calibration changes accuracy by $points points.",
        "对无内容输入的回答。校准使准确率变化 $points 个百分点。",
    ),
    "grid.detail.playground": ("Open in the playground", "在游乐场中打开"),
    # The winner's curse
    "grid.curse": ("The winner's curse", "赢家诅咒"),
    "grid.curse.note": (
        "LM-BFF, for one, chose its automatic templates on 32 examples. Choose the best cell of this grid on $n "
        "training examples per class, $draws times, and look up what the winner is worth on the held-out sentences.",
        "例如 LM-BFF 的自动模板就是在 32 个样本上挑出来的。这里每类取 $n 个训练样本，从网格中选出最好的格子，重复 "
        "$draws 次，再看赢家在留出的句子上到底如何。",
    ),
    "grid.curse.start": ("Choose on a few examples", "用少量样本挑选"),
    "grid.curse.running": ("template $done of $total", "模板 $done / $total"),
    "grid.curse.done": (
        "$draws draws of $n training examples; $cells cells; held out: $test sentences.",
        "抽取 $draws 次，每次 $n 个训练样本；$cells 格；留出 $test 个句子。",
    ),
    "grid.curse.stopped": ("Stopped.", "已停止。"),
    "grid.curse.first": ("Compute a complete grid above first.", "请先在上方算出完整的网格。"),
    "grid.curse.zero": (
        "The choice is made among zero-shot cells: compute a zero-shot grid first.",
        "这里在零样本的格子中挑选：请先计算零样本网格。",
    ),
    "grid.curse.chosen": ("where it was chosen:<br>$n training examples", "挑选时：<br>$n 个训练样本"),
    "grid.curse.held_out": ("held-out sentences", "留出的句子"),
    "grid.curse.draw": ("the winner of a draw", "每次抽样的赢家"),
    "grid.curse.best": ("the best cell, known only afterwards", "事后才知道的最好格子"),
    "grid.curse.average": ("the average cell", "平均的格子"),
    "grid.curse.result": (
        "On $n examples the winner reaches $chosen on average, and on average $ties cells share first place; held "
        "out it is worth $held_out, a drop of $drop points. The best cell would have had $best, one picked blindly "
        "$average (mean of $draws draws).",
        "在 $n 个样本上，赢家平均达到 $chosen，且平均有 $ties 个格子并列第一；放到留出的句子上只值 $held_out，下降 "
        "$drop 个百分点。事后看最好的格子是 $best，闭眼挑一个是 $average（$draws 次抽样的平均）。",
    ),
    # One word
    "grid.word": ("One word", "一个词的实验"),
    "grid.word.note": (
        "Exchange a single word of a template, by the model's own 50 favourites at that place or by words of your own, "
        "and leave everything else as it is.",
        "只换模板中的一个词，其余一律不动：可用模型自己在该处最期望的 50 个词，也可用你输入的词。",
    ),
    "grid.ot": ("Template", "模板"),
    "grid.ot.info": ("click below on the word to exchange", "在下方点击要替换的词"),
    "grid.ov": ("Label words", "标签词"),
    "grid.ov.info": ("as in the grid", "写法同网格"),
    "grid.ow": ("Words to try", "要试的词"),
    "grid.ow.info": ("empty: the model's own 50", "留空：模型自己的 50 个词"),
    "grid.word.which": ("Exchange", "替换"),
    "grid.word.none": (
        "The template has no word of its own to exchange.",
        "这个模板没有可以替换的词。",
    ),
    "grid.word.start": ("Try the words", "逐词试验"),
    "grid.word.running": ("$done of $total words", "$done / $total 个词"),
    "grid.word.stopped": ("Stopped.", "已停止。"),
    "grid.word.done": (
        "$n words on $sentences, computed just now in $seconds s.",
        "$n 个词，$sentences；刚刚计算完成，用时 $seconds 秒。",
    ),
    "grid.word.original": ("the template's own word", "模板原来的词"),
    "grid.word.result": (
        "“$original” gives $before. Of $n words “$best” is best with $high and “$worst” worst with $low; median "
        "$median, "
        "standard deviation $deviation points.",
        "原词“$original”为 $before。$n 个词中，最好的是“$best”（$high），最差的是“$worst”（$low）；中位数 $median，"
        "标准差 "
        "$deviation 个百分点。",
    ),
    "grid.word.own": (
        "The words are the model's own: the likeliest at that place, averaged over $n training sentences, [MASK] still "
        "open.",
        "这些词由模型给出：在该处最可能的词，对 $n 个训练句子取平均，此时 [MASK] 仍为空。",
    ),
    "grid.word.typed": ("The words are the typed ones.", "这些词由你输入。"),
    # Label words
    "grid.lm": ("Do label words have to mean something?", "标签词必须有意义吗？"),
    "grid.lm.note": (
        "The experiment of LM-BFF: tune the same template with fitting, unrelated and swapped label words, and "
        "fine-tune "
        "without any; $n trainings.",
        "LM-BFF 的实验：同一个模板，分别配上贴切、无关、颠倒的标签词来微调，再与不用标签词的微调对比；共 $n 次训练。",
    ),
    "grid.lm.start": ("Run the experiment", "运行实验"),
    "grid.lm.running": ("$done of $total trainings, $seconds s", "已完成 $done / $total 次训练，$seconds 秒"),
    "grid.lm.done": ("$n trainings, done just now in $seconds s.", "$n 次训练，刚刚完成，用时 $seconds 秒。"),
    "grid.lm.stopped": ("Stopped after $n trainings, $seconds s.", "$n 次训练后停止，用时 $seconds 秒。"),
    "grid.lm.condition": ("label words (positive / negative)", "标签词（正面 / 负面）"),
    "grid.lm.published": ("published: RoBERTa-large,<br>$n, SST-2", "已发表：RoBERTa-large，<br>$n，SST-2"),
    "grid.lm.ours": ("ours: $n,<br>built-in reviews", "本页：$n，<br>内置影评"),
    "grid.lm.seeds": ("by seed", "各种子"),
    "grid.lm.setting": (
        "Template $template, $n labelled examples ($k per class), all parameters trained, mean and standard "
        "deviation of $seeds seeds; ours on $test held-out reviews. “Fitting” and “unrelated” are the means of two "
        "pairs each. Label words stand here as published, the positive one first: the other way round than in the "
        "grid above.",
        "模板 $template，$n 个标注样本（每类 $k 个），训练全部参数，$seeds 个种子的平均值与标准差；本页在 $test 条"
        "留出的影评上测量。“贴切”与“无关”各为两对词的平均。此处标签词按原文次序书写，正面在前，与上方网格相反。",
    ),
    "grid.lm.incomplete": (
        "What is reproduced is said when all conditions have all their seeds.",
        "所有条件的全部种子完成后，这里会说明哪些结论得到复现。",
    ),
    "grid.lm.yes": ("Reproduced: $what.", "得到复现：$what。"),
    "grid.lm.no": ("Not reproduced: $what.", "未能复现：$what。"),
    "grid.lm.fitting over unrelated": (
        "fitting words beat unrelated ones (published $published points, here $ours ± $error)",
        "贴切的词优于无关的词（发表值 $published 个百分点，此处 $ours ± $error）",
    ),
    "grid.lm.fitting over swapped": (
        "fitting words beat swapped ones (published $published, here $ours ± $error)",
        "贴切的词优于颠倒的词（发表值 $published，此处 $ours ± $error）",
    ),
    "grid.lm.unrelated over fine-tuning": (
        "even unrelated words beat fine-tuning (published $published, here $ours ± $error)",
        "就连无关的词也优于微调（发表值 $published，此处 $ours ± $error）",
    ),
    "grid.lm.fitting over fine-tuning": (
        "fitting words beat fine-tuning (published $published, here $ours ± $error)",
        "贴切的词优于微调（发表值 $published，此处 $ours ± $error）",
    ),
    "grid.lm.swapped over fine-tuning": (
        "even swapped words beat fine-tuning (published $published, here $ours ± $error)",
        "就连颠倒的词也优于微调（发表值 $published，此处 $ours ± $error）",
    ),
    "grid.lm.why": (
        "A difference counts as reproduced if it has the published sign and lies more than two standard errors "
        "from zero. Their model has $theirs parameters, ours $ours, and the reviews are others: the order can be "
        "compared, the level cannot. Where something is not reproduced, the model's size may be a reason.",
        "差异与发表值同号，且离零超过两个标准误，才算得到复现。他们的模型有 $theirs 参数，本页的只有 $ours，影评也"
        "不同：可比的是次序，不是数值高低；若有未能复现之处，模型规模可能是原因之一。",
    ),
    # Errors
    "error.too_many_trainings": (
        "That would be $n trainings; a page does at most $most at a time. Take fewer templates, label words or "
        "seeds, or save the plan and run it with `python -m paradigms sweep`.",
        "这需要 $n 次训练；网页一次最多 $most 次。请减少模板、标签词或种子，或者保存方案，用 `python -m paradigms "
        "sweep` 运行。",
    ),
    "error.other_labels": (
        "Your sentences have other labels than the training reviews, so nothing can be learned for them here: "
        "zero-shot "
        "works.",
        "你的句子与训练影评的标签不同，这里无从为它们学习；零样本可以使用。",
    ),
    "error.no_upload": ("Load a file of labelled sentences first.", "请先读入一个带标签的句子文件。"),
    "error.no_word": ("The template has no word of its own to exchange.", "这个模板没有可以替换的词。"),
    "error.one_set": (
        "One set of label words is wanted here: leave one line in the box.",
        "这里只需要一组标签词：请在框中只保留一行。",
    ),
    "error.bad_word": ("“$offending” has a brace or bracket in it.", "“$offending”含有括号。"),
    "error.labels_mismatch": (
        "The label words are for $offending, but the sentences have other labels.",
        "标签词对应的是 $offending，而句子的标签与此不同。",
    ),
    "error.no_equals": ("“$offending” is not label=word.", "“$offending”不是“标签=词”的写法。"),
    "error.one_label": ("Label words are needed for at least two labels.", "至少需要两个标签的标签词。"),
    "error.same_label": ("The class “$where” is given twice.", "类别“$where”出现了两次。"),
    "error.not_a_template": ("This is not the text of a template.", "这不是模板的文字。"),
    "error.bad_json": ("This is not JSON.", "这不是 JSON。"),
    "error.empty_file": ("There is nothing in it.", "没有内容。"),
    "error.no_tab": (
        "Line $position has no tab between label and text.",
        "第 $position 行的标签与文本之间没有制表符。",
    ),
    "error.empty_label": ("Line $position has no label.", "第 $position 行没有标签。"),
    "error.empty_text": ("Line $position has no text.", "第 $position 行没有文本。"),
    "error.no_columns": (
        "The columns are $offending; needed are label and text.",
        "文件的列是 $offending；需要 label 和 text 两列。",
    ),
    "error.bad_csv": (
        "Something is wrong with the quotation marks of line $position: is one left open?",
        "第 $position 行的引号有问题：是否有未闭合的引号？",
    ),
    "error.too_many_cells": (
        "These are $n cells; a picture here has room for $most. Choose fewer, or use the command line: sweep.",
        "共 $n 个单元格，此处最多 $most 个。请减少数量，或使用命令行 sweep。",
    ),
    "error.many_cells": (
        "Line $position has more cells than there are columns: a text with a comma needs quotation marks.",
        "第 $position 行的单元格多于列数：含逗号的文本要加引号。",
    ),
    "error.too_much_text": (
        "With this file the box would hold $length characters; $limit fit. Load fewer lines, or use the command line.",
        "加入该文件后共 $length 个字符，而输入框最多 $limit 个。请减少行数，或使用命令行。",
    ),
    "error.not_utf8": ("The file is not UTF-8 text.", "文件不是 UTF-8 文本。"),
}
