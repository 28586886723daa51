"""Questions over the stories of `config/more_samples`, asked on 1 November 2025.

A line is the question, the words that the first quote has to hold ("-" where the stories do not tell), and
the days on which the period begins and ends, where the question names one.
"""

GERMAN = """
Wie viel Prozent der Stimmen bekamen CDU und CSU? | 28,5 Prozent
Wie hoch war die Wahlbeteiligung bei der Bundestagswahl? | 82,5 Prozent
Auf wie viel Prozent fiel die SPD? | 16,4 Prozent
Wer zieht sich von der Spitze der FDP zurück? | Christian Lindner
Was kostete der Wiederaufbau von Notre-Dame? | 700 Millionen Euro
Wer klopfte an das Portal der Kathedrale? | Laurent Ulrich
Wie viele Handwerker arbeiteten am Wiederaufbau? | 2.000 Handwerker
Welche Gäste kamen zur Kathedrale Notre-Dame? | Selenskyj
Wie viele Tote gab es in Valencia? | mehr als 200
Wann kam die Warnung auf die Handys? | 20.11 Uhr
Wer wurde in Paiporta mit Schlamm beworfen? | König Felipe
Was sagte die Bewohnerin von Paiporta? | Niemand hat uns gewarnt
Wie viel Gigawatt gingen beim Stromausfall verloren? | 15 Gigawatt
Welches Turnier wurde in Madrid unterbrochen? | Tennisturnier
Nach wie vielen Stunden floss wieder Strom? | zehn Stunden
Wie heißt der neue Papst? | Leo XIV.
Wie viele Kardinäle wählten den Papst? | 133 Kardinäle
Wo wurde der neue Papst geboren? | Chicago
In welchem Land arbeitete er als Missionar? | Peru
Wer bekommt den Literaturnobelpreis? | Han Kang
Mit welchem Roman wurde Han Kang bekannt? | Die Vegetarierin
Wie hoch ist das Preisgeld des Nobelpreises? | elf Millionen Kronen
Wer schoss das Siegtor im Finale der Europameisterschaft? | Mikel Oyarzabal
Wer wurde zum besten jungen Spieler gewählt? | Lamine Yamal
Welcher Trainer trat zurück? | Gareth Southgate
Wie viel ist die Beute aus dem Louvre wert? | 88 Millionen Euro
Welche Krone verloren die Diebe auf der Flucht? | Eugénie
Wie lange blieben die Diebe in der Apollon-Galerie? | sieben Minuten
Wie heißt das Maskottchen der Weltausstellung in Osaka? | Myaku-Myaku
Wer hat den Ring aus Holz entworfen? | Sou Fujimoto
Wie stark war das Erdbeben auf der Halbinsel Noto? | 7,6
Was wurde letzte Woche aus dem Louvre gestohlen? | acht Schmuckstücke | 2025-10-20 | 2025-10-26
Wer wurde im Mai 2025 zum Papst gewählt? | Prevost | 2025-05-01 | 2025-05-31
Wer gewann zwischen dem 10. und 20. Juli 2024 das Finale in Berlin? | Spanien | 2024-07-10 | 2024-07-20
Was haben Diebe seit dem 15. Oktober 2025 in Paris gestohlen? | Schmuckstücke | 2025-10-15
Wie viele Menschen starben vor dem 15. November 2024 in Valencia? | mehr als 200 | | 2024-11-14
Wie hoch ist die Inflation in der Türkei? | -
Wer wird neuer Vorstandschef von Volkswagen? | -
Wo stürzte der Hubschrauber in Nepal ab? | -
Wie viele Tore schoss Harry Kane gegen Brasilien? | -
Wann startet die nächste Rakete von SpaceX? | -
"""

FRENCH = """
Quel pourcentage des voix la CDU a-t-elle obtenu ? | 28,5 %
Quelle a été la participation aux élections allemandes ? | 82,5 %
À combien est tombé le SPD ? | 16,4 %
Qui est le chef des libéraux qui quitte la politique ? | Christian Lindner
Combien a coûté le chantier de Notre-Dame ? | 700 millions d'euros
Qui a frappé à la porte de la cathédrale ? | Laurent Ulrich
Combien d'artisans ont participé au chantier ? | 2 000 artisans
Qui figurait parmi les invités ? | Zelensky
Combien de morts ont fait les inondations de Valence ? | plus de 200 morts
Quand l'alerte a-t-elle été envoyée sur les téléphones ? | 20 h 11
Qui a reçu des jets de boue ? | roi Felipe
Qu'a déclaré une habitante de Paiporta ? | Nous avons tout perdu
Combien de gigawatts le réseau a-t-il perdus ? | 15 gigawatts
Quel tournoi a été interrompu à Madrid ? | tournoi de tennis
Au bout de combien d'heures le courant est-il revenu ? | dizaine d'heures
Quel nom a choisi le nouveau pape ? | Léon XIV
Combien de cardinaux ont élu le pape ? | 133 cardinaux
Où est né le pape Léon XIV ? | Chicago
Dans quel pays a-t-il été missionnaire ? | Pérou
Qui a reçu le prix Nobel de littérature ? | Han Kang
Pour quel roman Han Kang est-elle connue ? | La Végétarienne
De combien de couronnes est dotée la récompense ? | onze millions de couronnes
Qui a marqué le but de la victoire en finale de l'Euro ? | Mikel Oyarzabal
Qui a été élu meilleur jeune joueur ? | Lamine Yamal
Quel sélectionneur a démissionné ? | Gareth Southgate
À combien est estimé le préjudice du vol au Louvre ? | 88 millions d'euros
Quelle couronne les voleurs ont-ils perdue ? | Eugénie
Combien de temps les voleurs sont-ils restés ? | sept minutes
Comment s'appelle la mascotte d'Osaka ? | Myaku-Myaku
Qui a dessiné l'anneau de bois ? | Sou Fujimoto
Quelle était la magnitude du séisme de Noto ? | 7,6
Qu'est-ce qui a été volé au Louvre la semaine dernière ? | huit bijoux | 2025-10-20 | 2025-10-26
Qui a été élu pape en mai 2025 ? | Prevost | 2025-05-01 | 2025-05-31
Qui a gagné la finale à Berlin entre le 10 et le 20 juillet 2024 ? | Espagne | 2024-07-10 | 2024-07-20
Qu'ont dérobé des voleurs à Paris depuis le 15 octobre 2025 ? | huit bijoux | 2025-10-15
Combien de morts à Valence avant le 15 novembre 2024 ? | plus de 200 morts | | 2024-11-14
Quel est le taux d'inflation en Turquie ? | -
Qui devient le nouveau patron de Renault ? | -
Où s'est écrasé l'hélicoptère au Népal ? | -
Combien de buts Mbappé a-t-il inscrits contre le Brésil ? | -
Quand décolle la prochaine fusée de SpaceX ? | -
"""

SPANISH = """
¿Qué porcentaje de los votos obtuvo la CDU? | 28,5 por ciento
¿Cuál fue la participación en las elecciones alemanas? | 82,5 por ciento
¿A cuánto cayó el SPD? | 16,4 por ciento
¿Qué líder liberal abandona la política? | Christian Lindner
¿Cuánto costó la obra de Notre-Dame? | 700 millones de euros
¿Quién golpeó el portal de la catedral? | Laurent Ulrich
¿Cuántos artesanos trabajaron en la obra? | 2.000 artesanos
¿Quiénes estaban entre los invitados? | Zelenski
¿Cuántos muertos causaron las inundaciones en Valencia? | más de 200 muertos
¿Cuándo llegó la alerta a los teléfonos móviles? | 20.11 horas
¿Quién recibió barro durante su visita? | rey Felipe
¿Qué dijo una vecina de Paiporta? | Lo hemos perdido todo
¿Cuántos gigavatios perdió la red? | 15 gigavatios
¿Qué torneo se interrumpió en Madrid? | torneo de tenis
¿Al cabo de cuántas horas volvió la luz? | diez horas
¿Qué nombre eligió el nuevo papa? | León XIV
¿Cuántos cardenales eligieron al papa? | 133 cardenales
¿Dónde nació el papa León XIV? | Chicago
¿En qué país fue misionero? | Perú
¿Quién recibió el Premio Nobel de Literatura? | Han Kang
¿Por qué novela es conocida Han Kang? | La vegetariana
¿Con cuántas coronas está dotado el premio? | once millones de coronas
¿Quién marcó el gol de la victoria en la final de la Eurocopa? | Mikel Oyarzabal
¿Quién fue elegido mejor jugador joven? | Lamine Yamal
¿Qué seleccionador dimitió? | Gareth Southgate
¿En cuánto se valora el botín del Louvre? | 88 millones de euros
¿Qué corona perdieron los ladrones en la huida? | Eugenia
¿Cuánto tiempo estuvieron dentro los ladrones? | siete minutos
¿Cómo se llama la mascota de la Exposición de Osaka? | Myaku-Myaku
¿Quién diseñó el anillo de madera? | Sou Fujimoto
¿Qué magnitud tuvo el terremoto de Noto? | 7,6
¿Qué robaron la semana pasada en el Louvre? | ocho joyas | 2025-10-20 | 2025-10-26
¿Quién fue elegido papa en mayo de 2025? | Prevost | 2025-05-01 | 2025-05-31
¿Quién ganó la final de Berlín entre el 10 y el 20 de julio de 2024? | España | 2024-07-10 | 2024-07-20
¿Qué robaron los ladrones en París desde el 15 de octubre de 2025? | ocho joyas | 2025-10-15
¿Cuántos muertos hubo en Valencia antes del 15 de noviembre de 2024? | más de 200 | | 2024-11-14
¿Cuál es la tasa de inflación en Turquía? | -
¿Quién será el nuevo presidente de Telefónica? | -
¿Dónde se estrelló el helicóptero en Nepal? | -
¿Cuántos goles metió Vinicius contra Brasil? | -
¿Cuándo despega el próximo cohete de SpaceX? | -
"""

JAPANESE = """
CDU・CSUの得票率は何パーセントでしたか？ | 28.5パーセント
ドイツ総選挙の投票率は？ | 82.5パーセント
SPDは何パーセントに落ち込んだ？ | 16.4パーセント
政界を引退する自由民主党の党首は誰ですか？ | リントナー
ノートルダム大聖堂の修復の費用はいくらですか？ | 7億ユーロ
大聖堂の扉をたたいたのは誰ですか？ | ウルリッシュ
修復に携わった職人は何人ですか？ | 2000人
ノートルダムの式典には誰が出席しましたか？ | ゼレンスキー
バレンシアの洪水で何人が死亡しましたか？ | 200人
携帯電話への警報はいつ届きましたか？ | 午後8時11分
泥を投げつけられたのは誰ですか？ | フェリペ国王
パイポルタの住民は何と話しましたか？ | すべてを失った
停電で何ギガワットの電力が失われましたか？ | 15ギガワット
マドリードで中断された大会は何ですか？ | テニス
何時間後に電力が復旧しましたか？ | 10時間後
新しい教皇の教皇名は？ | レオ14世
教皇選挙の投票をした枢機卿は何人ですか？ | 133人
新しいローマ教皇はどこで生まれましたか？ | シカゴ
教皇はどこで宣教師を務めましたか？ | ペルー
ノーベル文学賞に選ばれたのは誰ですか？ | ハン・ガン
ハン・ガン氏の代表作は何ですか？ | 菜食主義者
ノーベル文学賞の賞金はいくらですか？ | 1100万クローナ
欧州選手権の決勝点を決めたのは誰ですか？ | オヤルサバル
最優秀若手選手に選ばれたのは誰ですか？ | ヤマル
辞任したイングランドの監督は誰ですか？ | サウスゲート
ルーブル美術館の被害額はいくらですか？ | 8800万ユーロ
犯人は逃走中に何を落としましたか？ | 王冠
犯人は何分で立ち去りましたか？ | 7分
万博の公式キャラクターは何ですか？ | ミャクミャク
大屋根リングを設計したのは誰ですか？ | 藤本壮介
能登半島の地震のマグニチュードは？ | 7.6
先週ルーブル美術館から何が盗まれましたか？ | 宝飾品8点 | 2025-10-20 | 2025-10-26
2025年5月に選ばれた教皇は誰ですか？ | プレボスト | 2025-05-01 | 2025-05-31
2024年7月10日から20日までに行われた決勝で優勝したのは？ | スペイン | 2024-07-10 | 2024-07-20
2025年10月15日以降にパリの美術館で何が盗まれましたか？ | 宝飾品8点 | 2025-10-15
2024年11月15日以前のバレンシアの洪水の死者は何人ですか？ | 200人 | | 2024-11-14
トルコのインフレ率は何パーセントですか？ | -
トヨタの新しい社長は誰ですか？ | -
ネパールでヘリコプターが墜落した場所はどこですか？ | -
大谷翔平は何本のホームランを打ちましたか？ | -
スペースXの次のロケットはいつ打ち上げられますか？ | -
"""

TABLES = {"german": GERMAN, "french": FRENCH, "spanish": SPANISH, "japanese": JAPANESE}
