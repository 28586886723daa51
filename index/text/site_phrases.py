"""Phrases of lines in which a site speaks of itself or leads away from its story, by subject and language.

A line belongs to the site if a phrase describes the whole of it: the same words inside a sentence are news.
`index.text.site_lines` reads the table. To add a language, add its code and its phrases to the subjects.

A phrase is a regular expression in small letters without its final mark, and in it

- `~` is up to 40 characters of anything, `~~` up to 80 and `…` up to 300; beside a space whole words;
- `<name>` is up to 80 characters without the end of a sentence;
- `'` is a straight or a curly apostrophe, and no group is captured.

Each of these has a limit, so that reading a line takes a time that is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Phrases = Mapping[str, Iterable[str]]

# -- lines of the site, wherever they stand --------------------------------------------------------------

SITE_LINES: Mapping[str, Phrases] = {
    "where it was read first": {
        "en": [r"(sources?|source photo|via) ?[:：] ?<name>"],
        "de": [r"quellen? ?[:：] ?<name>"],
        "fr": [r"crédits? ?[:：] ?<name>"],
        "es": [r"fuentes? ?[:：] ?<name>"],
        "it": [r"font[ei] ?[:：] ?<name>"],
        "pt": [r"fontes? ?[:：] ?<name>"],
        "nl": [r"bron(nen)? ?[:：] ?<name>"],
        "ru": [r"источники? ?[:：] ?<name>"],
        "pl": [r"źródł[oa] ?[:：] ?<name>"],
        "sv": [r"käll(a|or) ?[:：] ?<name>"],
        "tr": [r"kaynak ?[:：] ?<name>"],
        "ja": [r"(出典|情報源|引用元) ?[:：] ?<name>"],
        "zh": [r"(来源|來源|消息来源) ?[:：] ?<name>"],
    },
    "whose it is": {
        "en": [
            r"(.{0,30} )?(©|\(c\)) ?[^(].{0,40}\b(19|20)\d\d ~~",
            # "Copyright law" is news
            r"(.{0,60} )?copyright(?! (law|act|cas|claim|dispute|expire|fight|holder|in\b|infring|is\b|of\b"
            r"|office|owner|protect|reform|rule|suit|trial|was\b)).{0,40}\b(19|20)\d\d ~~",
            r"©.{1,80}",
            r"~~ all rights reserved ~",
        ],
        "de": [r"~~ alle rechte vorbehalten ~"],
        "fr": [r"~~ tous droits réservés ~"],
        "es": [r"~~ todos los derechos reservados ~"],
        "it": [r"~~ tutti i diritti( sono)? riservati ~", r"riproduzione riservata ~"],
        "pt": [r"~~ todos os direitos reservados ~"],
        "nl": [r"~~ alle rechten voorbehouden ~"],
        "ru": [r"~~ все права защищены ~"],
        "pl": [r"~~ wszelkie prawa zastrzeżone ~"],
        "sv": [r"~~ alla rättigheter förbehållna ~"],
        "tr": [r"~~ tüm hakları saklıdır ~"],
        "ja": [r"~~(無断転載(を禁じます|禁止)?|禁無断転載)~"],
        "zh": [r"~~(版权所有|版權所有|未经授权不得转载)~"],
    },
    # WordPress and others, as their translations say it
    "where it appeared first": {
        "en": [
            r"(the )?(post|article|story|entry) … (appeared first|first appeared) on …",
            r"… was originally published in … on medium, where people are continuing the conversation …",
        ],
        "de": [
            r"(der )?(beitrag|artikel|post) … erschien (zuerst|als erstes|zunächst) (auf|bei|in) …",
            r"(der )?(beitrag|artikel|post) … ist (zuerst|als erstes|zunächst) (auf|bei|in) ~~ erschienen …",
        ],
        "fr": [
            r"(l'article|l'publication|la publication|cet article|le (post|billet)) … "
            r"est appar(u|ue|ut) (en premier|d'abord) …"
        ],
        "es": [
            r"(la entrada|el art[ií]culo|la noticia|el post|esta entrada) … "
            r"(se public[oó] primero|apareci[oó] primero|aparece primero) …"
        ],
        "it": [
            r"(l'articolo|il post|questo articolo) … "
            r"(proviene da|sembra essere il primo su|è apparso (per primo|prima) su) …"
        ],
        "pt": [r"(o (post|artigo|conteúdo)|a (matéria|notícia)) … (aparece|apareceu|surgiu) primeiro …"],
        "nl": [r"(het bericht|het artikel|de post) … verscheen eerst …"],
        "ru": [r"(сообщение|запись|статья) … появил\w+ (сначала|впервые) …"],
        "pl": [r"(artykuł|post|wpis) … (pochodzi z serwisu|pojawił się (najpierw|po raz pierwszy)) …"],
        "sv": [r"inlägget … dök först upp …"],
        "tr": [r"… yazısı ilk önce …"],
        "ja": [r"投稿 ?…に最初に表示されました…"],
    },
    "asking to share": {
        "en": [
            r"share|tweet",
            r"share (this|it|on|with|via) ~~",
            r"(tweet|email|print|like) (this|it)( (on|to|via|with) ~)?",
            r"(tweet|email|print|like) this (article|page|post|story)\b~~",
            r"(tweet|email|print|like) (on|via|with) (facebook|twitter|x|whatsapp|e-?mail) ~",
            r"click to (share|email|print|tweet) ~~",
        ],
        "de": [
            r"teilen|weitersagen",
            r"auf \S{1,20}( (und|oder) \S{1,20})? teilen|diesen (artikel|beitrag) .{0,30}teilen",
            r"klick(en)?,? um .{0,60}(teilen|senden|drucken)~~",
            r"(artikel|beitrag) (teilen|drucken|versenden)",
        ],
        "fr": [
            r"partager",
            r"partage[rz] (cet|l|sur|par|via) ?~",
            r"partager cette ~",
            r"cliquez pour (partager|envoyer|imprimer) ~~",
        ],
        "es": [r"compartir", r"comparte est~", r"compartir (en|por|esta|este) ~", r"haz clic para ~~"],
        "it": [r"condividi", r"condividi (su|quest|via|con|per)~", r"fai clic (per|qui per) ~~"],
        "pt": [
            r"compartilh(ar|e)|partilhar?",
            r"(compartilhe|partilhe) (n[oa]s?|em|esta?|isto|isso|com|via|por) ?~",
            r"clique para ~~",
        ],
        "nl": [r"delen", r"deel (dit|deze|via|op) ?~", r"klik om te (delen|printen|e-mailen) ~~"],
        "ru": [r"поделиться", r"поделит\w+ (в|на|с|этой|этим|ссылкой|новостью) ?~", r"нажмите ~поделиться~~"],
        "pl": [r"udostępnij", r"udostępnij (na|to|ten|przez) ~", r"kliknij, aby udostępnić ~~"],
        "sv": [r"dela|dela (på|via|artikeln|den här) ?~", r"klicka för att dela ~~"],
        "tr": [r"paylaş", r"~~paylaşmak için tıklayın ~"],
        "ja": [r"シェア(する)?", r"クリックして.{0,40}(共有|シェア)~"],
        "zh": [r"分享(到~)?", r"(点击|點擊).{0,20}分享~"],
    },
    "asking to comment": {
        "en": [
            r"(leave|post|add|write) a (comment|reply) ~",
            r"\d+ comments?",
            r"(read|view|see|show) (all )?(the )?(\d+ )?comments?",
            r"no comments( yet)?|comments (are )?closed|join the (conversation|discussion)",
        ],
        "de": [
            r"(einen )?kommentar (hinterlassen|schreiben|verfassen|abgeben)",
            r"(hinterlassen sie|hinterlasse|schreiben sie|schreibe) einen kommentar",
            r"\d+ kommentare?|(alle )?kommentare (lesen|anzeigen)",
        ],
        "fr": [r"laisse[rz] un commentaire", r"\d+ commentaires?|(lire|voir) les commentaires"],
        "es": [r"(dejar?|escribir|escribe|añad[ea]r?) un comentario", r"\d+ comentarios?"],
        "it": [r"(lascia|scrivi|aggiungi) un commento", r"\d+ comment[oi]"],
        "pt": [r"(deix(e|ar?)|faça|escreva) (um|o seu|seu) comentário", r"\d+ comentários?"],
        "nl": [r"(laat een reactie achter|plaats een reactie|geef een reactie)", r"\d+ reacties?"],
        "ru": [r"(оставить|добавить|написать) комментарий", r"\d+ комментари\w{1,2}"],
        "pl": [r"(dodaj|zostaw|napisz) komentarz", r"\d+ komentarz\w{0,2}"],
        "sv": [r"(lämna|skriv) en kommentar", r"\d+ kommentar(er)?"],
        "tr": [r"yorum (yap|yapın|yaz|bırak|bırakın)", r"\d+ yorum"],
        "ja": [r"コメントを(書く|残す|投稿する|見る)", r"\d+ ?件のコメント"],
        "zh": [r"(发表|發表)?(评论|評論|留言)|\d+ ?(条|則)(评论|評論)"],
    },
    "asking to follow": {
        "en": [
            r"follow us ~~|(join|find|like|visit) us on ~~|stay connected( with us)?",
        ],
        "de": [r"(folgen sie|folgt|folge) uns ~~", r"(besuchen|finden) sie uns (auf|bei) ~~"],
        "fr": [r"suivez[- ]nous ~~", r"(retrouvez|rejoignez)[- ]nous (sur|dans) ~~"],
        "es": [r"(s[ií]gu[ea]nos|s[ií]ganos) ~~", r"únete a nuestr[oa] (canal|grupo|comunidad) ~~"],
        "it": [
            r"seguici ~~",
            r"segui .{1,40} (anche )?su (facebook|google news|instagram|telegram|whatsapp)",
        ],
        "pt": [
            r"siga[- ]nos ~~",
            r"acompanhe ~ (no|pelo) (whatsapp|instagram|facebook|telegram)",
            r"siga (o|a) .{1,40} (no|em) (facebook|google news|instagram|telegram)",
        ],
        "nl": [r"volg ons ~~"],
        "ru": [r"подпи(сывайтесь|шитесь) на ~~", r"следите за нами ~~", r"(читайте|мы) (нас )?в telegram ~"],
        "pl": [r"(obserwuj|śledź) nas ~~"],
        "sv": [r"följ oss ~~"],
        "tr": [r"bizi (takip edin|izleyin) ~~"],
        "ja": [r"(.{0,20}を)?フォロー(する|はこちら|して[^。]{0,20})?"],
        "zh": [r"(关注|關注)我们~"],
    },
    "asking to subscribe": {
        "en": [
            r"(subscribe|sign up)( now| today| for free| here| to (continue|keep) reading)?",
            r"subscribe for free ~~",
            r"subscribe ?:? ?https?://\S+",
            r"subscribe to (continue|keep|read) ~~",
            r"… is a reader[- ]supported publication …",
            r"upgrade to paid|start (your )?free trial|give a gift subscription|get \d+% off ~~",
            r"(to receive|get) new posts ~~",
            r"(thanks|thank you) for reading …",
        ],
        "de": [
            r"(jetzt|kostenlos|gratis)( kostenlos)? (abonnieren|testen|anmelden)"
            r"( (und|für|zum|um|mit|hier|\d+) ~)?",
            r"(newsletter )?abonnieren",
            r"weiterlesen mit ~~",
            r"danke f(ü|ue)rs lesen ~~",
            r"(hier|jetzt) (den |unseren |zum )?(kostenlosen )?newsletter (abonnieren|anmelden)",
            r"melden sie sich ~ für (unseren|den) ~newsletter ~",
        ],
        "fr": [
            r"abonnez-vous ~~",
            r"s'abonner( maintenant)?",
            r"(inscrivez-vous (à|pour recevoir)|recevez) (notre|nos|la newsletter) ~~",
            r"(merci de votre lecture|merci d'avoir lu) ~~",
        ],
        "es": [
            r"suscr[ií]b(ete|ase) ~~",
            r"suscribirse( ahora)?",
            r"(recibe|reciba) nuestr[oa]s? (boletín|boletines|newsletter) ~~",
            r"gracias por leer ~~",
        ],
        "it": [
            # "Abbonati" are subscribers, too
            r"abbonati( (ora|subito|qui|per (leggere|continuare)|alla newsletter) ~~)?",
            r"iscriviti (alla|alle|al|ora|subito) ~~",
            r"ricevi (le nostre|la nostra|i nostri) ~~",
            r"grazie per (aver letto|la lettura) ~",
        ],
        "pt": [
            r"(assine|inscreva)(-se)?( agora| já| gratuitamente)?",
            r"assine ~~",
            r"(inscreva-se|subscreva) (n[oa]|em|a) (noss[oa]|newsletter) ~~",
            r"(obrigad[oa]|agradecemos) (por ler|pela leitura) ~",
        ],
        "nl": [
            r"abonneer ~~",
            r"(meld je|schrijf je|meld u) (nu |hier )?(aan|in) voor (onze|de) (nieuwsbrief|nieuwsbrieven) ~",
            r"bedankt voor het lezen ~",
        ],
        "ru": [r"подписаться( (на|сейчас|бесплатно) ~)?", r"(спасибо|благодарим) за (чтение|прочтение) ~"],
        "pl": [r"(zapisz się (do|na)|subskrybuj) (nasz\w*|newsletter\w*) ?~", r"subskrybuj"],
        "sv": [r"prenumerera( nu| på vårt nyhetsbrev)?"],
        "tr": [r"(şimdi )?abone ol(un)?"],
        "ja": [
            r"無料登録(する|はこちら|(で|して|すると)[^。]{0,30}読.{0,10})?",
            r"(メルマガ|ニュースレター)(に|を)?(登録|購読).{0,20}",
        ],
        "zh": [r"(立即)?(订阅|訂閱)(我们的|我們的)?(通讯|電子報|邮件)?"],
    },
    "where else it stands": {
        "en": [
            r"read (this|the) (full |original |whole |entire )?(article|story|post) (on|at) .{1,60}",
            r"(view|see) (this|the) (full |original )?(article|story|post) (on|at) .{1,60}",
        ],
        "de": [
            r"((den|zum) )?(ganzen|original)[- ]?(artikel|beitrag) (lesen|auf ~|hier ~)",
            r"zum (ganzen |vollständigen |original[- ]?)(artikel|beitrag)",
        ],
        "fr": [r"lire l'(article|intégralité) (complet |original )?(sur|de) .{1,60}"],
        "es": [r"(lee|lea|leer|ver) (el|la) (artículo|noticia|nota) (original|complet[oa])( ~)?"],
        "it": [r"leggi l'articolo (originale|completo)( ~)?"],
        "pt": [r"(leia|ler|veja) (o|a) (artigo|matéria|notícia) (original|complet[oa]|na íntegra)( ~)?"],
        "nl": [r"lees het (volledige|hele|originele) (artikel|bericht)( ~)?"],
        "ru": [r"(читать|читайте) (полностью|оригинал|полную версию)( ~)?"],
    },
    # Labels above links to other stories
    "other stories": {
        "en": [
            r"(more|other|related|latest|top|recommended|further|similar)( \w+)? "
            r"(stories|articles|news|posts|reading|reads|content)",
            r"you (may|might) also (like|be interested in|enjoy)",
        ],
        "de": [
            r"(mehr|weitere|ähnliche|verwandte) (artikel|beiträge|nachrichten|themen|meldungen)",
            r"(das könnte|könnte) (sie|dich) auch interessieren",
            r"(auch|ebenfalls) interessant|lesen sie (auch|hierzu|dazu|mehr)|mehr zum thema|zum thema",
        ],
        "fr": [
            r"(plus d'|autres |articles |à lire )(articles|aussi|similaires|liés|sur) ?.{0,30}",
            r"(à )?lire (aussi|également)",
            r"sur le même sujet|à voir aussi|ces articles peuvent vous intéresser",
        ],
        "es": [
            r"más noticias|(artículos|noticias|notas) relacionad[ao]s",
            r"(te|le) (puede|podría) interesar|l(ea|ee|eer) también|(además|también) te puede interesar",
        ],
        "it": [
            r"(altri articoli|articoli correlati|leggi anche|potrebbe interessarti)( ?:?.{1,10})?",
            r"(ti )?(potrebbe|potrebbero) (anche )?interessar(ti|e)( anche)?",
            r"vedi anche|sullo stesso (tema|argomento)",
        ],
        "pt": [
            r"mais notícias|(artigos|notícias|matérias) relacionad[ao]s",
            r"(leia|veja|confira) (também|mais|ainda)",
            r"(você pode gostar|pode interessar)( ~)?|saiba mais",
        ],
        "nl": [r"meer nieuws|lees (ook|verder)|gerelateerde (artikelen|berichten)|meer over dit onderwerp"],
        "ru": [
            r"(похожие|другие) (записи|статьи|новости|материалы)",
            r"(читайте|смотрите|читай) (также|ещё|еще)|(материалы|новости|статьи) по теме|ещё по теме",
        ],
        "pl": [r"(czytaj|zobacz|przeczytaj) (też|także|również)|(podobne|powiązane) (artykuły|wpisy)"],
        "sv": [r"läs (också|även|mer)|(relaterade|fler) (artiklar|nyheter)"],
        "tr": [r"(ilgili|benzer) (haberler|yazılar|içerikler)"],
        "ja": [
            r"関連(記事|ニュース).{0,10}",
            r"(あわせて|合わせて)読みたい.{0,10}",
            r"こちらもおすすめ.{0,10}",
        ],
        "zh": [r"(相关|相關|延伸|推荐|推薦)(阅读|閱讀|新闻|新聞|文章|报道|報導).{0,10}"],
    },
    "not of the story": {
        "en": [r"advertise?ment|sponsored( content)?|promoted content"],
        "de": [r"anzeige|werbung"],
        "fr": [r"publicité|annonce|la suite après (la|cette) publicité"],
        "es": [r"publicidad|anuncio"],
        "it": [r"pubblicità|annuncio pubblicitario"],
        "pt": [r"publicidade|continua (após a|depois da) publicidade"],
        "nl": [r"advertentie"],
        "ru": [r"реклама|на правах рекламы"],
        "pl": [r"reklama|artykuł sponsorowany"],
        "sv": [r"annons"],
        "ja": [r"広告|(スポンサー|pr)リンク"],
        "zh": [r"广告|廣告"],
    },
    "whose reports it uses": {
        "en": [r"with (files|reports|reporting|material) (from|by) [^.,!?]{1,60}"],
        "de": [r"mit (material|informationen|agenturmaterial)( (von|der|des) [^.,!?]{1,60})?"],
        "fr": [r"avec (l')?(agences?|afp|reuters|ap|ats|belga)( .{1,20})?"],
        "es": [r"con información de [^.,!?]{1,40}"],
        "it": [r"con informazioni (di|da) [^.,!?]{1,40}"],
        "pt": [r"com informações d[aeo]s? [^.,!?]{1,40}"],
        "nl": [r"met (informatie|medewerking|bijdragen) van [^.,!?]{1,40}"],
        "ru": [r"по материалам [^.,!?]{1,40}"],
    },
    "ways around the site": {
        "en": [r"(back to|go to|return to) (the )?(home ?page|top|overview|front page)"],
        "de": [r"(zurück )?zur (startseite|übersicht)|nach oben"],
        "fr": [r"retour à (l'accueil|la page d'accueil|la une)|haut de (la )?page"],
        "es": [r"(volver|ir) (al inicio|arriba|a la portada)"],
        "it": [r"torna (alla home( ?page)?|su|all'inizio|in alto)"],
        "pt": [r"voltar (ao (topo|início)|para a (página inicial|home))"],
        "nl": [r"terug naar (boven|de (homepage|voorpagina)|het overzicht)"],
        "ru": [r"(вернуться )?(на главную|к началу|наверх)( страницу)?"],
    },
    # What the hosts of podcasts write below each of them, in English whatever its language is
    "hosts of podcasts": {
        "en": [
            r"(hosted|produced) (on|by) (acast|simplecast|megaphone|omny|ausha|podbean|spreaker)\b…",
            r"learn more about your ad choices. visit …",
            r"privacy policy and california privacy notice at …",
            r"see (acast\.com|omnystudio\.com|pcm\.adswizz\.com|podcastchoices\.com)\S{0,40} for …",
        ],
    },
    # Faults of the site's own software, and a news agency's name for its piece
    "software": {
        "en": [
            r"(strict standards|warning|notice|deprecated|fatal error|parse error) ?: ?… on line \d+",
            r"[a-z]{2,3}-++[a-z]{2,3}-++[\w-]++,?+ .{0,30}ld-writethru",
        ],
    },
}

# -- lines that belong to the site at the end of a text, and may be news before it -----------------------

END_LINES: Mapping[str, Phrases] = {
    "where it appeared first": {
        "en": [r"the (post|article|story|entry) … was first published on …"],
        "fr": [
            r"(l'article|(l'|la )publication|cet article|le (post|billet)) … "
            r"(a été publié|est paru)e? (en premier|d'abord) …"
        ],
        "es": [
            r"(la entrada|el art[ií]culo|la noticia|el post|esta entrada) … se public[oó] por primera vez …"
        ],
        "it": [
            r"(l'articolo|il post|questo articolo) … (è apparso (per primo|prima)|sembra essere il primo) …",
            r"(l'articolo|il post|questo articolo) … è stato pubblicato (per la prima volta|prima) …",
        ],
        "pt": [
            r"(o (post|artigo|conteúdo)|a (matéria|notícia)) … (aparece(u)?|surgiu|foi publicad[oa]) "
            r"(primeiro|pela primeira vez|originalmente) …"
        ],
        "ru": [r"(сообщение|запись|статья) … впервые (появил|опубликован)\w+ …"],
    },
    "lists of subjects": {
        "en": [r"(tags?|filed under|categor(y|ies)|topics?)( ?: ?…)?", r"related|elsewhere"],
        "de": [r"(schlagw[oö]rter?|kategorien?|themen)( ?: ?…)?"],
        "fr": [r"(étiquettes?|catégories?|mots[- ]clés|thèmes)( ?: ?…)?"],
        "es": [r"(etiquetas?|categorías?|temas)( ?: ?…)?"],
        "it": [r"(categori[ae]|etichette|tag|argomenti)( ?: ?…)?"],
        "pt": [r"(etiquetas|categorias?|marcadores|palavras-chave)( ?: ?…)?"],
        "nl": [r"(trefwoorden|categorie(ën)?|labels)( ?: ?…)?"],
        "ru": [r"(рубрик[аи]|метки|теги|тэги)( ?: ?…)?"],
        "pl": [r"(tagi|kategori[ae])( ?: ?…)?"],
        "sv": [r"(etiketter|kategorier?|taggar)( ?: ?…)?"],
        "tr": [r"(etiketler|kategori(ler)?)( ?: ?…)?"],
        "ja": [r"(タグ|カテゴリー?)( ?[:：] ?…)?"],
        "zh": [r"(标签|標籤|分类|分類)( ?[:：] ?…)?"],
    },
}
# Buttons at the end of a text. They are no sentences: "Partager un logement coûte cher." is news.
BUTTONS: Mapping[str, Phrases] = {
    "buttons": {
        "en": [
            r"(like|tweet|email|print) (this|it|loading) ~",
            r"loading",
            r"(read|view|see) (this|the|more)( (full|whole|entire|rest of the|original))?"
            r"( (article|story|post|entry))?( (on|at) ~~)?",
        ],
        "de": [r"teilen ~", r"gefällt mir ~", r"mehr (dazu|lesen|darüber) (auf|bei|unter) ~"],
        "fr": [r"partager ~", r"j'aime( ça)? ~", r"lire la suite sur ~"],
        "es": [r"comp[aá]rt\w+ (esto|en|no) ~", r"me gusta ~", r"(leer|lee|ver) más en ~"],
        "it": [r"condividi ~", r"mi piace ~", r"(leggi|continua a leggere) ~su ~"],
        "pt": [
            r"comp[aá]rt\w+ (no|isso|isto) ~",
            r"(partilh\w+|compartilhe) ~|(leia|ler) mais em ~",
            r"(curtir|gosto)( disto| isso)? ~",
        ],
        "nl": [r"vind ik leuk ~", r"lees (meer|verder) op ~"],
        "ru": [r"поделит\w+ ~", r"понравилось ~", r"(читать|читайте) (далее|подробнее|больше) на ~"],
    },
    "asking to follow": {
        "en": [r"follow (us|me|him|her|them) ~~", r"join us ~~"],
        "it": [r"abbonati ~~"],
    },
}
# A picture's label before its photographer or agency.
PICTURES: Phrases = {
    "en": [r"(file |stock )?(photos?|picture|images?)", "photographs? by"],
    "de": [r"(archiv|symbol|beispiel)?(fotos?|bild(er)?)(credit|nachweis|quelle|graf\w*|rechte)?"],
    "fr": [r"(crédits? )?(photos?|images?)( d'(illustration|archives))?"],
    "es": [r"(fotos?|fotografía|imagen)( de archivo)?"],
    "it": [r"(foto|immagin[ei])( d'archivio)?"],
    "pt": [r"(fotos?|imagem|imagens)( de arquivo| ilustrativa)?"],
    "nl": [r"(archief)?(foto|beeld)"],
    "ru": [r"(архивное )?фото"],
    "pl": [r"(fot|zdjęcie)"],
    "sv": [r"(arkiv)?bild"],
    "ja": [r"写真(提供)?|画像"],
    "zh": [r"(图片?|圖片?)(来源|來源)?"],
}
