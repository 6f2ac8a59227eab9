"""What the soft prompt tab says."""

WORDS: dict[str, tuple[str, str]] = {
    "tab.soft": ("Soft prompts", "软提示"),
    "soft.idea": (
        "A prompt need not be made of words. Inside the model every word is a vector; a soft prompt is a few "
        "vectors that belong to no word and are found by gradient descent. The language model stays as it is: in "
        "goes the sentence with some pseudo-tokens, out comes a word at [MASK], and only the pseudo-tokens learn. "
        "It costs labelled examples and many steps, but a task then is a file of some ten to some hundred "
        "kilobytes instead of a whole model.",
        "提示不一定要由词组成。在模型内部，每个词都是一个向量；软提示就是几个不属于任何词的向量，用梯度下降求出来。"
        "语言模型本身保持不动：输入是句子加上几个伪词元，输出是 [MASK] 处的词，学习的只有伪词元。代价是标注样本和较"
        "多的训练步数；好处是一个任务只需保存十几到几百 kB 的文件，而不是一整个模型。",
    ),
    "soft.how": (
        "The ids of the input are looked up in the embedding table; those of pseudo-tokens in a table P of their "
        "own, n rows of the model's width. The loss is −log p(right label word at [MASK]), its gradient passes "
        "through the whole frozen model down to P, and P alone is moved, at a learning rate of its own (3e-3 for "
        "Prompt Tuning, 3e-2 for P-tuning v2; fine-tuning takes 1e-4). Prompt Tuning puts P before the sentence. "
        "P-tuning puts it anywhere among words, and lets a Bi-LSTM with an MLP write P while it is trained; then P "
        "is kept and the encoder thrown away. P-tuning v2 gives every layer keys and values of its own. PPT starts "
        "from a P that was trained on plain text before.",
        "输入的编号先在词嵌入表里查向量；伪词元则查自己的表 P：共 n 行，宽度与模型相同。损失是 −log p([MASK] 处为正"
        "确标签词)，梯度穿过整个冻结的模型一直传到 P，只有 P 会移动，并有自己的学习率（Prompt Tuning 为 3e-3，"
        "P-tuning v2 为 3e-2；微调为 1e-4）。Prompt Tuning 把 P 放在句子前面。P-tuning 可以放在模板的任意位置，训练"
        "时由双向 LSTM 加 MLP 来生成 P；训练完只留下 P，编码器丢弃。P-tuning v2 在每一层都放上专门的键和值。PPT 则"
        "从一个预先在无标注文本上训练好的 P 出发。",
    ),
    "soft.source": (
        "Lester et al. 2021, “The Power of Scale for Parameter-Efficient Prompt Tuning”, section 2; Liu et al. 2021, "
        "“GPT Understands, Too” (P-tuning), section 3; Liu et al. 2022, “P-Tuning v2”, section 3; Gu et al. 2022, "
        "“PPT: Pre-trained Prompt Tuning for Few-shot Learning”, section 3.",
        "Lester 等 2021，《The Power of Scale for Parameter-Efficient Prompt Tuning》，第 2 节；Liu 等 2021，《GPT "
        "Understands, Too》（P-tuning），第 3 节；Liu 等 2022，《P-Tuning v2》，第 3 节；Gu 等 2022，《PPT: "
        "Pre-trained Prompt Tuning for Few-shot Learning》，第 3 节。",
    ),
    # The methods
    "soft.method": ("Method", "方法"),
    "soft.row.prompt-tuning": ("Prompt Tuning", "Prompt Tuning"),
    "soft.row.p-tuning": ("P-tuning", "P-tuning"),
    "soft.row.p-tuning-v2": ("P-tuning v2", "P-tuning v2"),
    "soft.row.ppt": ("PPT", "PPT"),
    "soft.row.bert-finetune": ("full fine-tuning", "全量微调"),
    "soft.row.hard": ("hard prompt, zero-shot", "硬提示，零样本"),
    "soft.row.labels": ("from the label words", "从标签词开始"),
    "soft.row.vocabulary": ("from common words", "从常用词开始"),
    "soft.row.normal": ("random, normal", "随机：正态分布"),
    "soft.row.uniform": ("random, uniform", "随机：均匀分布"),
    "soft.about.prompt-tuning": (
        "Prompt Tuning: pseudo-tokens before the sentence, nothing else is trained. The template has no word that "
        "says what to do; that is left to the pseudo-tokens.",
        "Prompt Tuning：句子前面放伪词元，其余一概不训练。模板里没有一个词说明要做什么，全靠伪词元。",
    ),
    "soft.about.p-tuning": (
        "P-tuning: pseudo-tokens wherever the template says, words between them stay words. A Bi-LSTM and an MLP "
        "write them during training and are thrown away afterwards: the answers stay the same.",
        "P-tuning：伪词元放在模板指定的位置，其间的词仍是词（锚点）。训练时由双向 LSTM 和 MLP 生成伪词元，训练后丢弃，"
        "回答不变。",
    ),
    "soft.about.p-tuning-v2": (
        "P-tuning v2: no pseudo-token in the input, but trained keys and values in every layer that all words "
        "attend to.",
        "P-tuning v2：输入中没有伪词元，而是在每一层放上可训练的键和值，所有词都会注意到它们。",
    ),
    "soft.about.ppt": (
        "PPT: as Prompt Tuning, but starting from a prompt that has learned from unlabelled reviews: sentences that "
        "the hard prompt was surest about, labelled by itself.",
        "PPT：与 Prompt Tuning 相同，只是起点不同：提示已在无标注影评上预训练过，样本是硬提示最有把握的句子，标签由它"
        "自己给出。",
    ),
    # What may be asked of them
    "soft.template": (
        'P-tuning\'s template: [soft:3] or [soft:"it was"] anywhere',
        'P-tuning 的模板：[soft:3] 或 [soft:"it was"] 可放在任意位置',
    ),
    "soft.lm": ("P-tuning: the language model is", "P-tuning：语言模型"),
    "soft.lm.prompt": ("frozen (as in the v2 paper)", "冻结（v2 论文的做法）"),
    "soft.lm.all": ("trained too (as in the first paper)", "一起训练（原论文的做法）"),
    "soft.init": ("Prompt Tuning starts from", "Prompt Tuning 的起点"),
    "soft.init.labels": ("label words", "标签词"),
    "soft.init.vocabulary": ("common words", "常用词"),
    "soft.init.normal": ("random, normal", "随机（正态）"),
    "soft.init.uniform": ("random, uniform", "随机（均匀）"),
    "soft.length": ("Pseudo-tokens (Prompt Tuning, P-tuning v2)", "伪词元个数（Prompt Tuning、P-tuning v2）"),
    "soft.k": ("Labelled examples per class", "每类标注样本数"),
    # The input
    "soft.reads": ("What the model reads, and its answer", "模型读到的输入与它的回答"),
    "soft.voice.start": (
        "$method before its first step: not trained yet in this session.",
        "$method，第一步之前：本次会话中尚未训练。",
    ),
    "soft.voice.trained": ("$method, trained just now in this session.", "$method，本次会话中刚刚训练过。"),
    "soft.voice.others": (
        "It was trained with other settings ($k per class, seed $seed): train again for what is chosen now.",
        "它是用另外的设置训练的（每类 $k 个样本，种子 $seed）：要按当前的选择，请重新训练。",
    ),
    "soft.truncated": ("Too long: word pieces not read at the end: $n.", "句子太长：最后 $n 个词片没有读入。"),
    "soft.anatomy": (
        "$method: what is frozen, trained, thrown away",
        "$method：哪些冻结、哪些训练、哪些用完即弃",
    ),
    # The race
    "soft.race": ("Side by side on the same examples", "同样的样本，并排比较"),
    "soft.race.note": (
        "The four are trained one after the other on the same labelled reviews and seed, then full fine-tuning, to "
        "compare. The hard prompt needs no training.",
        "四种方法用同样的标注影评和随机种子依次训练，最后再做全量微调作为对照。硬提示无需训练。",
    ),
    "soft.plan": (
        "Each is trained on the same $n labelled reviews, drawn with seed $seed.",
        "每种方法都用同样的 $n 条标注影评训练，抽样种子为 $seed。",
    ),
    "soft.start": ("Train all, one after the other", "依次训练全部方法"),
    "soft.hard": ("hard prompt, zero-shot", "硬提示，零样本"),
    "soft.curves.none": (
        "Curves appear while the methods are trained. Hard prompt without training: $hard on $n held-out reviews "
        "(recorded).",
        "训练时曲线会在这里出现。不训练的硬提示：$n 条留出影评上 $hard（已记录）。",
    ),
    "soft.curves.result": (
        "On $n held-out reviews: $said; hard prompt without training $hard.",
        "$n 条留出影评上：$said；不训练的硬提示 $hard。",
    ),
    "soft.stopped": ("stopped at step $step of $total", "停在第 $step / $total 步"),
    "soft.results.how": ("Method", "方法"),
    "soft.results.accuracy": ("Accuracy [95% interval]", "准确率 [95% 区间]"),
    "soft.results.labels": ("Labelled examples", "标注样本"),
    "soft.results.trained": ("Trained parameters", "训练的参数"),
    "soft.results.kept": ("of them kept", "其中保留"),
    "soft.results.seconds": ("Seconds", "秒"),
    "soft.results.note": (
        "Measured on $n held-out reviews; always guessing one class gives $majority. A dash: not trained yet in this "
        "session.",
        "在 $n 条留出影评上测得；总猜同一类为 $majority。短横线：本次会话中尚未训练。",
    ),
    # Neighbours
    "soft.neighbours": ("Where the pseudo-tokens go", "伪词元走到了哪里"),
    "soft.neighbours.note": (
        "The word whose embedding points most nearly the same way, at several steps; point at a word for the next "
        "four. Drift: distance from the start, in lengths of an average word embedding.",
        "各步上方向最接近的词；把指针放在词上可看到随后的四个。漂移：与起点的距离，以词嵌入的平均长度为单位。",
    ),
    "soft.neighbours.none": (
        "P-tuning v2 has no pseudo-token in the input: its vectors are keys and values inside the layers, and no word "
        "lies near them. The chart shows how far each layer's vectors have moved.",
        "P-tuning v2 在输入中没有伪词元：它的向量是各层内部的键和值，附近没有词可言。下图给出每一层的向量移动了多远。",
    ),
    "soft.caveat": (
        "Do not read these words as a sentence. A pseudo-token lies between words, and its nearest word says little "
        "about what it does: prompts of equal accuracy have quite different neighbours, and words read off a soft "
        "prompt do not work as a hard one.",
        "不要把这些词当作一句话来读。伪词元落在词与词之间，最近的词几乎说明不了它的作用：准确率相同的提示，近邻可以完全"
        "不同；把近邻词抄下来当作硬提示，也并不管用。",
    ),
    "soft.pseudo": ("Pseudo-token", "伪词元"),
    "soft.at": ("step $step", "第 $step 步"),
    "soft.similarity": ("Cosine", "余弦"),
    "soft.drift": ("Drift", "漂移"),
    "soft.drift.axis": ("distance from the start", "与起点的距离"),
    "soft.drift.none": (
        "Drift appears while the method is trained.",
        "训练时会显示漂移。",
    ),
    "soft.drift.result": (
        "After step $step, $name has moved farthest: $drift.",
        "到第 $step 步，移动最远的是 $name：$drift。",
    ),
    "soft.began": ("from “$word”", "起点：“$word”"),
    "soft.random": ("from random numbers", "起点：随机数"),
    # Initialisation
    "soft.inits": ("Does it matter where a prompt starts?", "起点重要吗？"),
    "soft.inits.note": (
        "Prompt Tuning from four starts, all else equal: the label words, common words, and two kinds of random "
        "numbers. With thousands of examples words win in small models, and in the largest the start no longer matters "
        "(Lester et al. 2021, figure 3b). With 16 examples per class the draw matters more: try other seeds.",
        "其余都相同，Prompt Tuning 从四种起点出发：标签词、常用词和两种随机数。样本有数千条时，小模型从词出发更好，模型"
        "极大时起点不再重要（Lester 等 2021，图 3b）。每类只有 16 个样本时，抽到哪些样本影响更大：请换几个种子重复。",
    ),
    "soft.inits.start": ("Train from all four starts", "从四种起点依次训练"),
}
