"""French, as the library reads it."""

from index.languages.base import Language
from index.languages.french.questions import QUESTIONS
from index.text.sentence_rules import SentenceRules

SENTENCES = SentenceRules(
    code="fr",
    before_name=frozenset(
        "m mm mme mmes mlle mlles me dr pr st ste mgr no n° vol art chap fig p pp av bd cf ex env éd tél "
        "réf p.ex c.-à-d".split()
    ),
    either_way=frozenset("etc j.-c av.j.-c janv févr avr juil sept oct nov déc inc s.a".split()),
    starters=frozenset(
        "le la les l d c j n s qu un une des il elle ils elles on nous vous je ce cet cette ces mais et ou "
        "or donc car ni en au aux à dans par pour sur sous avec sans selon depuis pendant après avant quand "
        "lorsque si comme alors ainsi puis ensuite enfin pourtant cependant toutefois son sa ses leur leurs "
        "notre nos qui que quoi où comment pourquoi tous toutes plusieurs certains beaucoup aucun aucune "
        "aujourd hier demain d'autres d'après".split()
    ),
)

LANGUAGE = Language(
    code="fr",
    sentences=SENTENCES,
    stop_words=frozenset(
        "appelle pourcentage nombre a ai ainsi alors as au aucun aura aux avaient avait avant avec avoir "
        "ayant c car ce cela ces cet cette ceux chez ci comme comment d dans de depuis des dont du elle "
        "elles en entre est et etait etaient ete etes etre eu eut faut fut furent ici il ils j je l la "
        "laquelle le lequel les lesquelles lesquels leur leurs lui m ma mais me mes moi n ne ni nos notre "
        "nous on ont ou par pas pendant plus pour pourquoi qu quand que quel quelle quelles quels qui quoi "
        "s sa sans se selon ses si soit son sont sous sur t ta te tes toi ton tous tout toute toutes tres "
        "tu un une vos votre vous y combien".split()
    ),
    questions=QUESTIONS,
)
