"""Phrases with which a site turns its reader away in place of the story, by subject and language.

They are written like those of `index.text.site_phrases`. A paragraph that begins with such a sentence is none
of the story.
"""

from __future__ import annotations

from collections.abc import Mapping

from index.text.site_phrases import Phrases

NOTICES: Mapping[str, Phrases] = {
    # What stands in place of a story for those who have not paid or logged in
    "closed to some": {
        "en": [
            r"(your|the) (free )?(subscription|free trial|trial|access) (to ~ )?(has|is) (now )?"
            r"(expired|ended|lapsed|inactive|been cancell?ed|not active)",
            r"(you have|you've) (reached|used( up)?|read|hit) (all )?(of )?(your|the) ~"
            r"(limit|free (articles?|stor(y|ies))) ~",
            r"(this|the full|the rest of this) (article|story|content|post|page) is (only )?"
            r"(available |open |exclusive |reserved )?(only )?(to|for) ~(subscribers|members) ?(only)?",
            r"(for )?(subscribers?|members?)[- ]only( content| article| story)?",
            r"already (a|have a|have an) (subscriber|subscription|member|account)\?~",
            r"(please )?(log|sign) in( or (register|subscribe|sign up))? to "
            r"(continue|keep|read|view|access) ~~",
            r"(to continue|to keep|to read|for full access|continue reading) ~~"
            r"(subscribe|log in|sign in|register)( now| here| today)?",
            r"you (must|need to) be (logged in|a (subscriber|member)|signed in) to ~~",
            r"you have \d+ free (articles?|stor(y|ies)) (left|remaining) ~",
        ],
        "de": [
            r"ihr (probe)?(abo|abonnement|zugang)( ~)? ist (abgelaufen|beendet|nicht (mehr )?aktiv)",
            r"(sie haben|du hast) (ihr|dein|das) ~(limit|kontingent) ~",
            r"(dieser|der|diese) (artikel|beitrag|inhalt|text|seite) ist (nur |exklusiv |ausschließlich )?"
            r"(für|unseren) ~(abonnent\w*|mitglieder|leser) ?~",
            r"(nur )?für abonnent\w*|exklusiv für ~abonnent\w*",
            r"(sie (sind|haben) |du (bist|hast) )?(bereits|schon) (abonnent\w*|registriert|ein abo|kunde)\?~",
            r"(bitte )?(melden sie sich|loggen sie sich|melde dich|einloggen|anmelden)( (an|ein))?,? ~"
            r"um .{0,40}(weiterzulesen|lesen|fortzufahren)",
            r"um .{0,60}(weiterzulesen|lesen zu können|zu lesen), .{0,60}",
        ],
        "fr": [
            r"votre (abonnement|période d'essai|accès)( ~)? "
            r"(a expiré|est (expiré|terminé|arrivé à échéance)e?)",
            r"vous avez (atteint|dépassé|épuisé) (la|votre|le) (limite|quota|nombre) ~~",
            r"(cet article|ce contenu|cette page|la suite) est ~(réservée?|accessible|disponible) ~"
            r"(abonnée?s|membres) ~",
            r"(article )?réservée? aux (abonnés|membres)",
            r"(vous êtes )?déjà (abonnée?|inscrite?|un compte)\s?\?~",
            r"(veuillez vous connecter|connectez[- ]vous)( ou ~)? pour ~~",
            r"pour (lire|continuer|accéder) ~~(abonnez|connectez|inscrivez)[- ]vous",
            r"il vous reste .{1,10}% de cet article ~~",
        ],
        "es": [
            r"(su|tu) (suscripción|período de prueba|acceso)( ~)? (ha (caducado|expirado|vencido|terminado)"
            r"|(caducó|venció|expiró))",
            r"(ha|has) (alcanzado|superado|agotado|llegado (a|al)) (el|su|tu|la)? ?(límite|número|máximo) ~~",
            r"(este|esta|el) (artículo|contenido|noticia|nota) es ~(exclusiv[oa]|solo|sólo)s? ~"
            r"(suscriptores|abonados|miembros)",
            r"(contenido |artículo )?(exclusivo|solo|sólo) para (suscriptores|abonados)",
            r"¿?ya (eres|es|tienes|soy) (suscriptora?|una cuenta|abonad[oa])\?? ~",
            r"(inicia|inicie) sesión ~para (seguir|continuar|leer|acceder) ~",
            r"para (seguir|continuar|leer) ~~(suscr[ií]b\w+|inici[ae] sesión|reg[ií]str\w+) ?~",
        ],
        "it": [
            r"(il tuo|la tua|il suo) (abbonamento|prova|accesso)( ~)? è (scadut[oa]|terminat[oa])",
            r"hai (raggiunto|superato|esaurito|letto) (il|la|i|tutti|tuoi)? ?(limite|numero|articoli) ~~",
            r"(quest'|questo |l')(articolo|contenuto) è ~(riservato|disponibile|solo) ~(abbonati|iscritti)",
            r"(contenuto |articolo )?riservato agli abbonati",
            r"(sei )?già (un )?(abbonat[oa]|registrat[oa])\?~",
            r"(accedi|abbonati|registrati)( ~)? per (continuare|leggere|proseguire) ~",
            r"per (continuare|leggere|proseguire) ~~(accedi|abbonati|registrati)",
        ],
        "pt": [
            r"(a |o )?(sua|seu) (assinatura|período de teste|acesso|subscrição)( ~)? "
            r"(expirou|terminou|venceu|está (expirad|vencid)[oa])",
            r"você (atingiu|alcançou|excedeu|já leu|chegou a[o]?) (o|seu|todos)? ?(limite|número|os) ~~",
            r"(este|esta|o) (artigo|conteúdo|matéria|texto) é ~(exclusiv[oa]|só|somente|apenas) ~"
            r"(assinantes|membros)",
            r"(conteúdo |matéria )?exclusiv[oa] para assinantes",
            r"já (é|sou|és) (assinante|cadastrado|membro)\?~",
            r"(faça|inicie|entre) ~(login|sessão) ~para (continuar|ler|acessar) ~",
            r"para (continuar|ler|seguir) ~~(assine|faça login|cadastre-se|entre)",
        ],
        "nl": [
            r"(uw|je) (abonnement|proefperiode|toegang)( ~)? is (verlopen|beëindigd|niet (meer )?actief)",
            r"(u|je) (hebt|heeft|heb) (uw|je|de|het) ~(limiet|maximum|aantal) ~~",
            r"dit (artikel|verhaal|bericht) is (alleen|exclusief|enkel) ~(abonnees|leden)",
            r"(alleen|exclusief) voor abonnees",
            r"(bent u|ben je|al) (al )?(abonnee|lid|een account)\?~",
            r"(log|meld) (je |u )?(in|aan) om ~(lezen|te lezen|verder) ~",
            r"om (verder|dit) ~lezen ~",
        ],
        "ru": [
            r"(ваша|срок вашей) (подписк[аи]|пробный период)( ~)? (истекла?|законч\w+|заверш\w+)",
            r"вы (исчерпали|достигли|превысили|прочитали) ~(лимит|бесплатн)~",
            r"(эта статья|этот материал|статья|материал) доступ\w+ (только )?~подписчикам",
            r"(только )?для подписчиков",
            r"уже (подписаны|зарегистрированы|есть подписка)\?~",
            r"(войдите|авторизуйтесь|оформите подписку|подпишитесь),? ~чтобы ~(читать|чтение|прочитать) ~",
            r"чтобы (читать|продолжить|прочитать) ~~(войдите|оформите подписку|подпишитесь)",
        ],
        "pl": [r"(ten )?(artykuł|treść) (jest )?(dostępny|tylko) ~dla (subskrybentów|prenumeratorów)"],
        "sv": [r"(den här )?artikeln är ~(prenumeranter|för prenumeranter)"],
        "tr": [r"bu (içerik|haber|yazı) ~abonelere özel~"],
        "ja": [r"(この記事は)?(有料)?会員限定.{0,30}", r"残り.{0,12}文字.{0,30}", r"続きを読むには.{0,60}"],
        "zh": [r"(本文|此文章|此内容).{0,10}(仅限|僅限).{0,10}(订阅|訂閱|会员|會員).{0,20}"],
    },
    # What stands where a story was; on other things of this kind ("the article of the law") there is news
    "gone": {
        "en": [
            r"(sorry, )?this (article|story|page|content|report|video) is (no longer|not|currently not) "
            r"available ~"
        ],
        "de": [
            r"(leider ist )?dieser (artikel|beitrag|inhalt)( ist)?( leider)? nicht (mehr )?"
            r"(verfügbar|abrufbar) ~",
            r"(leider ist )?diese (seite|meldung)( ist)?( leider)? nicht (mehr )?(verfügbar|abrufbar) ~",
        ],
        "fr": [r"(désolé, )?(cet article|ce contenu|cette page|cette vidéo) n'est plus disponible ~"],
        "es": [r"(lo sentimos, )?(este (artículo|contenido)|esta (noticia|página)) ya no está disponible ~"],
        "it": [r"(quest'articolo|questo (articolo|contenuto)|questa pagina) non è più disponibile ~"],
        "pt": [r"(este (artigo|conteúdo)|esta (notícia|página|matéria)) (já )?não está (mais )?disponível ~"],
        "nl": [r"(dit artikel|deze (pagina|inhoud)) is niet (meer|langer) beschikbaar ~"],
        "ru": [r"(эта (статья|страница)|этот материал) больше не(доступ\w{1,3}| доступ\w{1,3}) ~"],
        "ja": [r"(お探しの|この|該当の)(記事|ページ).{0,20}(終了しました|終了いたしました|削除されました)"],
        "zh": [r"(本|该|此)(文章|页面).{0,10}(不存在|已删除|已被删除).{0,20}"],
    },
    "consent": {
        "en": [
            r"(we|this (site|website))( and our ~)? uses? cookies( …)?",
            r"(accept|manage|reject) (all )?cookies",
        ],
        "de": [
            r"(wir|diese (seite|website|webseite))( und unsere ~)? "
            r"(verwende[nt]|nutz(en|t)|setz(en|t)) ~cookies( …)?",
            r"(alle )?cookies (akzeptieren|ablehnen|verwalten)",
        ],
        "fr": [
            r"(nous|ce site( web)?|notre site)( et nos ~)? "
            r"(utilis(e|ons)|dépos(e|ons)) des (cookies|traceurs)( …)?",
            r"(accepter|refuser|gérer) (tous )?(les )?cookies",
        ],
        "es": [
            r"(este sitio( web)?|esta (página|web)) (utiliza|usa) ~cookies( …)?",
            r"(nosotros y ~)?(utilizamos|usamos) ~cookies( …)?",
            r"(aceptar|rechazar|gestionar) (todas )?(las )?cookies",
        ],
        "it": [
            r"(questo sito( web)?|questa pagina) (utilizza|usa) ~cookies?( …)?",
            r"(noi e ~)?(utilizziamo|usiamo) ~cookies?( …)?",
            r"(accetta|rifiuta|gestisci) (tutti )?(i )?cookies?",
        ],
        "pt": [
            r"(este site|esta página) (utiliza|usa) ~cookies( …)?",
            r"(nós e ~)?(utilizamos|usamos) ~cookies( …)?",
            r"(aceitar|rejeitar|gerenciar) (todos )?(os )?cookies",
        ],
        "nl": [
            r"(wij|we|deze (site|website))( en onze ~)? (gebruik(en|t)|plaats(en|t)) ~cookies( …)?",
            r"(alle )?cookies (accepteren|weigeren|beheren)",
        ],
        "ru": [
            r"(мы|этот сайт|наш сайт) (использу(ем|ет)) (файлы )?(cookies?|куки)( …)?",
            r"принять (все )?(cookies?|куки)",
        ],
        "ja": [r".{0,40}(クッキー|cookie)を使用して(います|おります).{0,80}"],
        "zh": [r"(我们|我們|本网站|本網站)使用.{0,10}cookies?.{0,80}"],
    },
    "the reader's browser": {
        "en": [
            r"(please )?(enable|turn on|activate) javascript( ~~)?",
            r"your browser (does not|doesn't) ~~",
        ],
        "de": [r"(bitte )?aktivieren sie (bitte )?javascript( ~~)?", r"ihr browser unterstützt ~~"],
        "fr": [r"(veuillez )?(activez|activer) javascript( ~~)?", r"votre navigateur ne ~~"],
        "es": [
            r"(por favor,? )?(active|activa|habilite|habilita) javascript( ~~)?",
            r"(su|tu) navegador no ~~",
        ],
        "it": [r"(attiva|abilita|attivare|abilitare) javascript( ~~)?", r"il tuo browser non ~~"],
        "pt": [r"(por favor,? )?(ative|habilite) o javascript( ~~)?", r"seu navegador não ~~"],
        "nl": [r"(schakel|zet) javascript (in|aan)( ~~)?", r"(uw|je) browser ondersteunt ~~"],
        "ru": [r"(пожалуйста,? )?включите javascript( ~~)?", r"ваш браузер не ~~"],
        "ja": [r"javascriptを有効に~"],
        "zh": [r"请(启用|开启) ?javascript~"],
    },
}
