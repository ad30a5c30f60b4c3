BEGIN TRANSACTION;
CREATE TABLE activity (
	id INTEGER NOT NULL, 
	deal_id INTEGER, 
	contact_id INTEGER, 
	organization_id INTEGER, 
	kind TEXT NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	due_on TEXT, 
	due_time TEXT, 
	done_at TEXT, 
	owner_id INTEGER, 
	created_at TEXT NOT NULL, 
	external_id TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, repeat TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(contact_id) REFERENCES contact (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(deal_id) REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(organization_id) REFERENCES organization (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(owner_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "activity" VALUES(1,1,NULL,NULL,'call','call','2026-12-01',NULL,NULL,NULL,'2026-11-23T09:30:00.000000Z',NULL,1,NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE batch (
	id INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	member_id INTEGER, 
	kind TEXT NOT NULL, 
	target_id INTEGER, 
	undone INTEGER DEFAULT 0 NOT NULL, 
	label TEXT NOT NULL, 
	label_values TEXT DEFAULT '{}' NOT NULL, shape TEXT, salt TEXT, digest TEXT, chain TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(member_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(target_id) REFERENCES batch (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "batch" VALUES(1,'2026-11-23T09:30:00.000000Z',NULL,'setup',NULL,0,'{name} joins','{"name": "ann"}','0004','e3e0ccc9cc8c94c7d86dbd308a0e6151','2a5176084a8d6fd00711dd40bd9e422416491b10d80ea1a9a2250b435d71e626','5e105cb656e5948aa6b93ac4319bd6016315291e27653060e21e23fda8a9d7cd');
INSERT INTO "batch" VALUES(2,'2026-11-23T09:30:00.000000Z',1,'setup',NULL,0,'The standard pipeline','{}','0004','a5dbde77ed7c4bbd4033d7f34bd6922d','53703c38b4ec324fd67f869d738ac95950c1d9aead5ace1e4dc1b85b47d43e9c','3a8cec6fcede1bc0a0037fbfabe5d1cb26d7173c0cad47e4e839b2cbe9f0346c');
INSERT INTO "batch" VALUES(3,'2026-11-23T09:30:00.000000Z',1,'do',NULL,0,'Add a deal','{}','0004','70ce6b9c2c6986f795a7440f7fc078c3','58c5920b0fd347e3ad8643c0e895da7f4f3b75db820c1ba10023b6cc2ac74bbd','05059c3d71c05a175efb6b0b4717af7d1732311875a00e9ea30fb19bc328bf2a');
INSERT INTO "batch" VALUES(4,'2026-11-23T09:30:00.000000Z',1,'do',NULL,0,'Move','{}','0004','4f38bb8b5239b4a2fd4d9ed070f15b8f','6561f888cf9142b3fc79dab081777302aca8eef598586bd040b1fe9865739197','84115ba80106ae0713468b0229abea305c3e9727133973595949bcff1154696a');
CREATE TABLE contact (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	organization_id INTEGER, 
	job TEXT, 
	email TEXT, 
	phone TEXT, 
	address TEXT, 
	city TEXT, 
	country TEXT, 
	notes TEXT DEFAULT '' NOT NULL, 
	owner_id INTEGER, 
	external_id TEXT, 
	created_at TEXT NOT NULL, 
	archived_at TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, opted_out_at TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(organization_id) REFERENCES organization (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(owner_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "contact" VALUES(1,'Marie Curie',1,NULL,'marie@acme.fr',NULL,NULL,NULL,NULL,'',NULL,NULL,'2026-11-23T09:30:00.000000Z',NULL,1,NULL);
CREATE TABLE criterion (
	id INTEGER NOT NULL, 
	stage_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	retired_at TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(stage_id) REFERENCES stage (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE deal (
	id INTEGER NOT NULL, 
	pipeline_id INTEGER NOT NULL, 
	stage_id INTEGER NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	contact_id INTEGER, 
	organization_id INTEGER, 
	amount INTEGER, 
	currency TEXT DEFAULT 'EUR' NOT NULL, 
	owner_id INTEGER, 
	source_id INTEGER, 
	expected_close TEXT, 
	created_at TEXT NOT NULL, 
	stage_since TEXT NOT NULL, 
	closed_at TEXT, 
	lost_reason_id INTEGER, 
	closed_from_id INTEGER, 
	parked_until TEXT, 
	archived_at TEXT, 
	pinned_chance INTEGER, 
	pinned_by_id INTEGER, 
	pinned_reason TEXT, 
	pinned_until TEXT, 
	notes TEXT DEFAULT '' NOT NULL, 
	external_id TEXT, 
	history_known INTEGER DEFAULT 1 NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	next_activity_id INTEGER, 
	next_due TEXT, 
	furthest_id INTEGER, 
	PRIMARY KEY (id), 
	FOREIGN KEY(closed_from_id) REFERENCES stage (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(contact_id) REFERENCES contact (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(lost_reason_id) REFERENCES lost_reason (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(organization_id) REFERENCES organization (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(owner_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(pinned_by_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(pipeline_id) REFERENCES pipeline (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(source_id) REFERENCES source (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(stage_id) REFERENCES stage (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "deal" VALUES(1,1,4,'Site web – « Été »',1,1,120000,'EUR',NULL,NULL,NULL,'2026-11-23T09:30:00.000000Z','2026-11-23T09:30:00.000000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'',NULL,1,2,1,'2026-12-01',4);
CREATE TABLE deal_search (
	deal_id INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (deal_id)
);
INSERT INTO "deal_search" VALUES(1,'site web – « ete »
boreal sarl
marie curie
marie@acme.fr');
CREATE TABLE decision (
	id INTEGER NOT NULL, 
	review_id INTEGER NOT NULL, 
	deal_id INTEGER NOT NULL, 
	verdict TEXT NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	decided_at TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(review_id) REFERENCES review (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(deal_id) REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	deal_id INTEGER NOT NULL, 
	criterion_id INTEGER NOT NULL, 
	owner_id INTEGER, 
	ticked_at TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(deal_id) REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(criterion_id) REFERENCES criterion (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(owner_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE goal (
	id INTEGER NOT NULL, 
	pipeline_id INTEGER NOT NULL, 
	period TEXT NOT NULL, 
	metric TEXT NOT NULL, 
	stage_id INTEGER, 
	owner_id INTEGER, 
	target INTEGER NOT NULL, 
	currency TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(owner_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(pipeline_id) REFERENCES pipeline (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(stage_id) REFERENCES stage (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE journal (
	id INTEGER NOT NULL, 
	batch_id INTEGER NOT NULL, 
	table_name TEXT NOT NULL, 
	row_id INTEGER NOT NULL, 
	last_id INTEGER, 
	deal_id INTEGER, 
	"before" TEXT, 
	"after" TEXT, salt TEXT, digest TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(batch_id) REFERENCES batch (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "journal" VALUES(1,1,'member',1,NULL,NULL,NULL,NULL,'1357bd69889461bcf68f2d4a4c2d1249','64b7189e6537c9d245bcb0d6036cd9450864825cfdaf1abcd6c091121ddfbde3');
INSERT INTO "journal" VALUES(2,2,'pipeline',1,NULL,NULL,NULL,NULL,'b29c29abd8fbc3863b0a4808eafe116f','c5ff0455e4480ac3fb334bcc8743fd9e69a3510cd752882b643cb20c4e9a0a56');
INSERT INTO "journal" VALUES(3,2,'stage',1,NULL,NULL,NULL,NULL,'c8cd246bebc79857fdf5fe7c7704f023','3912de998884365e91e487bf165860d4cb7586e78912840b4444ffa9ecac3947');
INSERT INTO "journal" VALUES(4,2,'stage',2,NULL,NULL,NULL,NULL,'3ecbd50a0942a78f8c1350f53a0df58f','fa6f84ef43c9e1ed1542001ba41f9d10c2e2bb574c49560e1ad8d2fcc077e82e');
INSERT INTO "journal" VALUES(5,2,'stage',3,NULL,NULL,NULL,NULL,'9591e7a8fc86bab9656313057699d849','a0966d85374a6992438dc20ab818ab6c12e33832a40f47e4834c5eaf1e00e4e7');
INSERT INTO "journal" VALUES(6,2,'stage',4,NULL,NULL,NULL,NULL,'ec54780aa19015c455ce98bee8c417ae','33fceeb89643fbb40acd877ef0bd7a710f5af0f12b44020a64dc16d67d397ccb');
INSERT INTO "journal" VALUES(7,2,'stage',5,NULL,NULL,NULL,NULL,'104a5ba95ee664dcd6d80165c56a9aec','f1bb25d8ac035cb8e7719bdc20bcce29d3acd1e6fb7fdd7ac5ee741c4138fe2f');
INSERT INTO "journal" VALUES(8,2,'stage',6,NULL,NULL,NULL,NULL,'f570939837101672210f39822d18e0d6','c0ded8b914c340bab45062bdefa66bedb78c739ca20298203fe49024f155ca4b');
INSERT INTO "journal" VALUES(9,2,'source',1,NULL,NULL,NULL,NULL,'3b1350ac60d3f254226f2456fe7523e9','444e58b9cbca4b164af6d9f85046ddcb7eae1e15f9d3d19d499451b85b25343b');
INSERT INTO "journal" VALUES(10,2,'source',2,NULL,NULL,NULL,NULL,'06b4b513a635b8cb44b0c4236b093d62','cf129f2ad25d92ca2cb0546d1df7f5730fa1ee3f42ebe1e3129536556b5ff150');
INSERT INTO "journal" VALUES(11,2,'source',3,NULL,NULL,NULL,NULL,'a71c0f6d14f3074832b308c75db9f7ab','429e0dc4bd25607e58ffe42da0bc5c57d37c8b519b9e512ba8f45df341ba4e56');
INSERT INTO "journal" VALUES(12,2,'source',4,NULL,NULL,NULL,NULL,'29e69c924bf9d8f7515cde84cfd9bc97','5b6f1cf8ca770091037ccd35953fbedaf771ae544359eba63e858463a8a0c61a');
INSERT INTO "journal" VALUES(13,2,'source',5,NULL,NULL,NULL,NULL,'f7ef5b7cfb48eeeeacf546f0783c1e40','0e7cb466d11a3b44e8a5b37236c100a360cca363af0ec12cfb02b05134e89f54');
INSERT INTO "journal" VALUES(14,2,'source',6,NULL,NULL,NULL,NULL,'23c2e14063ebcdd78f48d16b167705c4','19a27c9a9fc4d69cd0f01d8631adc1b52bf6563622a523d68a2e3e727ced144a');
INSERT INTO "journal" VALUES(15,2,'lost_reason',1,NULL,NULL,NULL,NULL,'8e7a463b99940a69f1eb9111b55318b8','e218b3fa333409e650ba623b6fe21f789a89463038bb94b8a326d3433771bc4b');
INSERT INTO "journal" VALUES(16,2,'lost_reason',2,NULL,NULL,NULL,NULL,'4601bcfcdd4b6f9f748393ff2eb37454','c8756ccd365aa99f26bd99d59f6061917b866c20b6056c3cc8c2af78cd936e2f');
INSERT INTO "journal" VALUES(17,2,'lost_reason',3,NULL,NULL,NULL,NULL,'cf088f4d56428bc623c7301489e9e211','fdd8d51fe8dca697306545bfa633ac788c6195e5f0affdf10e7fcd4f7cdc8e03');
INSERT INTO "journal" VALUES(18,2,'lost_reason',4,NULL,NULL,NULL,NULL,'193e189b5a2b6b855518fa07043f38db','328011ee16c2694b9ef67ea6f12c693c8e501adf297a8b9d0925d6ba504087a6');
INSERT INTO "journal" VALUES(19,2,'lost_reason',5,NULL,NULL,NULL,NULL,'4595b236d5c9e3e1c51c32b76bf925d0','c9b617d76bd026ddf21cf45abf49283e0bc9d358a493f393657027cede65e0d9');
INSERT INTO "journal" VALUES(20,2,'lost_reason',6,NULL,NULL,NULL,NULL,'6ac7efc804a2dd0aa123ce47dede3736','7cded5ee507b47d282d93e91c169c28a8655c4aee183b2ae2b79786909669bbd');
INSERT INTO "journal" VALUES(21,2,'lost_reason',7,NULL,NULL,NULL,NULL,'594fefacf92ae3ff9024625d569f7fce','8c0fd294fae53928fc22d2357fe1675b5f591b886f6beec2ec5931cba92fdfda');
INSERT INTO "journal" VALUES(22,3,'deal',1,NULL,1,NULL,NULL,'9143850416c67e226072ccb2823afda8','7167ece1e6a71d3f14e52eef6fedad7aa6bfd39c0424e751febc46160cda394f');
INSERT INTO "journal" VALUES(23,3,'organization',1,NULL,NULL,NULL,NULL,'a8a9c5cac5281d5243de0034e70e2067','5e0409e9cddd6fd71c4198fd1e85f06babbd9a8025c8fcada1d31152f0ea4986');
INSERT INTO "journal" VALUES(24,3,'contact',1,NULL,NULL,NULL,NULL,'3eb9879982e7ae5c33a3998814411780','29e516454c6b1acb39925bbab18215d0f539d84694fff6c80c0f4158b72a98fa');
INSERT INTO "journal" VALUES(25,3,'visit',1,NULL,1,NULL,NULL,'29292c770db73918520e831f9fe3532e','2c9133fb4ea34a445375c148f7b80ec698a2172dfe97a20bb06bc33bbfd0ccb2');
INSERT INTO "journal" VALUES(26,3,'activity',1,NULL,1,NULL,NULL,'a1937cebcced17bce686ba27390c6ef9','c561d5219c84410e2dd3154f51650e41a6829b07229b513a8368472b2bb0440e');
INSERT INTO "journal" VALUES(27,4,'deal',1,NULL,1,'{"stage_id":1}','{"stage_id":4}','87747a4125c1063c43ab037bb7bc791f','71e7f99e0ff7ce98ee17455e5aedf3849cdae8f66d62c01d2ce59d025de538d3');
INSERT INTO "journal" VALUES(28,4,'visit',1,NULL,1,'{"left_at":null,"next_stage_id":null}','{"left_at":"2026-11-23T09:30:00.000000Z","next_stage_id":4}','862666b203559fdf2bf9a400f9b00590','d7da00a326194a8af2263aeab90df4f5318eaf439b043eb2d4223db9fcf00ee1');
INSERT INTO "journal" VALUES(29,4,'visit',2,NULL,1,NULL,NULL,'6b11bd8ada5b7c16477b25c56931c9d5','fe6110cbc875dfdffb9f8a3a91ee91f7f7fa00bf34ca3bff95745e396132d728');
CREATE TABLE lost_reason (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "lost_reason" VALUES(1,'Too expensive',1);
INSERT INTO "lost_reason" VALUES(2,'No budget',1);
INSERT INTO "lost_reason" VALUES(3,'Went to a competitor',1);
INSERT INTO "lost_reason" VALUES(4,'Project dropped',1);
INSERT INTO "lost_reason" VALUES(5,'Bad timing',1);
INSERT INTO "lost_reason" VALUES(6,'No answer any more',1);
INSERT INTO "lost_reason" VALUES(7,'Not a fit',1);
CREATE TABLE macro (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	acts TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE mapping (
	id INTEGER NOT NULL, 
	signature TEXT NOT NULL, 
	choices TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE member (
	id INTEGER NOT NULL, 
	login TEXT NOT NULL, 
	name TEXT NOT NULL, 
	email TEXT, 
	role TEXT DEFAULT 'rep' NOT NULL, 
	retired_at TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (login)
);
INSERT INTO "member" VALUES(1,'ann','ann',NULL,'admin',NULL,1);
CREATE TABLE organization (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	email TEXT, 
	phone TEXT, 
	website TEXT, 
	address TEXT, 
	city TEXT, 
	country TEXT, 
	industry TEXT, 
	employees INTEGER, 
	notes TEXT DEFAULT '' NOT NULL, 
	owner_id INTEGER, 
	external_id TEXT, 
	created_at TEXT NOT NULL, 
	archived_at TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, opted_out_at TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(owner_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "organization" VALUES(1,'Boréal SARL',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'',NULL,NULL,'2026-11-23T09:30:00.000000Z',NULL,1,NULL);
CREATE TABLE pace (
	stage_id INTEGER NOT NULL, 
	days INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	computed_on TEXT NOT NULL, 
	PRIMARY KEY (stage_id)
);
CREATE TABLE participant (
	id INTEGER NOT NULL, 
	deal_id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	role TEXT DEFAULT '' NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(deal_id) REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(contact_id) REFERENCES contact (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE party_search (
	subject TEXT NOT NULL, 
	party_id INTEGER NOT NULL, 
	archived INTEGER DEFAULT 0 NOT NULL, 
	name TEXT NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (subject, party_id)
);
INSERT INTO "party_search" VALUES('contact',1,0,'marie curie','marie curie
marie@acme.fr

boreal sarl


');
INSERT INTO "party_search" VALUES('organization',1,0,'boreal sarl','boreal sarl





');
CREATE TABLE pipeline (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	position INTEGER DEFAULT 0 NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "pipeline" VALUES(1,'Sales',0,1);
CREATE TABLE quote (
	id INTEGER NOT NULL, 
	deal_id INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	amount INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	status TEXT DEFAULT 'draft' NOT NULL, 
	created_at TEXT NOT NULL, 
	sent_on TEXT, 
	valid_until TEXT, 
	decided_on TEXT, 
	notes TEXT DEFAULT '' NOT NULL, 
	external_id TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(deal_id) REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE quote_line (
	id INTEGER NOT NULL, 
	quote_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	quantity TEXT DEFAULT '1' NOT NULL, 
	unit_price INTEGER NOT NULL, 
	discount TEXT DEFAULT '0' NOT NULL, 
	tax TEXT DEFAULT '0' NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(quote_id) REFERENCES quote (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE rate (
	id INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	value TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (currency)
);
CREATE TABLE review (
	id INTEGER NOT NULL, 
	pipeline_id INTEGER NOT NULL, 
	owner_id INTEGER, 
	"query" TEXT DEFAULT '' NOT NULL, 
	began_at TEXT NOT NULL, 
	ended_at TEXT, 
	minutes TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(pipeline_id) REFERENCES pipeline (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(owner_id) REFERENCES member (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE sequence (
	name TEXT NOT NULL, 
	next INTEGER NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "sequence" VALUES('batch',5);
INSERT INTO "sequence" VALUES('journal',30);
INSERT INTO "sequence" VALUES('member',2);
INSERT INTO "sequence" VALUES('lost_reason',8);
INSERT INTO "sequence" VALUES('pipeline',2);
INSERT INTO "sequence" VALUES('source',7);
INSERT INTO "sequence" VALUES('stage',7);
INSERT INTO "sequence" VALUES('activity',2);
INSERT INTO "sequence" VALUES('contact',2);
INSERT INTO "sequence" VALUES('deal',2);
INSERT INTO "sequence" VALUES('organization',2);
INSERT INTO "sequence" VALUES('visit',3);
CREATE TABLE setting (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
CREATE TABLE source (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "source" VALUES(1,'Web site',1);
INSERT INTO "source" VALUES(2,'Blog',1);
INSERT INTO "source" VALUES(3,'Trade show',1);
INSERT INTO "source" VALUES(4,'Referral',1);
INSERT INTO "source" VALUES(5,'Cold call',1);
INSERT INTO "source" VALUES(6,'Existing customer',1);
CREATE TABLE spending (
	id INTEGER NOT NULL, 
	source_id INTEGER NOT NULL, 
	spent_on TEXT NOT NULL, 
	amount INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	text TEXT DEFAULT '' NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(source_id) REFERENCES source (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE stage (
	id INTEGER NOT NULL, 
	pipeline_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT DEFAULT 'open' NOT NULL, 
	definition TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	ratio_from INTEGER, 
	ratio_to INTEGER, 
	days INTEGER DEFAULT 14 NOT NULL, 
	event TEXT, 
	retired_at TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(pipeline_id) REFERENCES pipeline (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "stage" VALUES(1,1,'Lead','open','Minimal contact so far, mostly indirect: the web site, a blog, a trade show. A name with a phone number or an e-mail address.',0,25,14,14,NULL,NULL,1);
INSERT INTO "stage" VALUES(2,1,'Prospect','open','Really interested: we have been in direct contact and we know the project.',1,20,11,14,'contact made',NULL,1);
INSERT INTO "stage" VALUES(3,1,'Meeting','open','A meeting is booked, or has taken place.',2,20,11,14,'meeting booked',NULL,1);
INSERT INTO "stage" VALUES(4,1,'Quote','open','The need is qualified and an offer is out.',3,5,3,14,'quote sent',NULL,1);
INSERT INTO "stage" VALUES(5,1,'Won','won','The customer has signed.',4,NULL,NULL,14,'quote signed',NULL,1);
INSERT INTO "stage" VALUES(6,1,'Lost','lost','It will not be signed. Kept with its reason, because statistics need it.',5,NULL,NULL,14,NULL,NULL,1);
CREATE TABLE stale (
	name TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE stay_count (
	stage_id INTEGER NOT NULL, 
	month TEXT NOT NULL, 
	bin INTEGER NOT NULL, 
	next_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	unseen INTEGER DEFAULT 0 NOT NULL, 
	PRIMARY KEY (stage_id, month, bin, next_id)
);
INSERT INTO "stay_count" VALUES(1,'2026-11',0,0,1000000,0);
INSERT INTO "stay_count" VALUES(1,'2026-11',0,4,1000000,1000000);
CREATE TABLE tag (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE tagging (
	id INTEGER NOT NULL, 
	tag_id INTEGER NOT NULL, 
	subject TEXT NOT NULL, 
	subject_id INTEGER NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(tag_id) REFERENCES tag (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE tally (
	pipeline_id INTEGER NOT NULL, 
	stage_id INTEGER NOT NULL, 
	furthest_id INTEGER NOT NULL, 
	known INTEGER NOT NULL, 
	archived INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	amount INTEGER NOT NULL, 
	without_amount INTEGER NOT NULL, 
	PRIMARY KEY (pipeline_id, stage_id, furthest_id, known, archived, currency)
);
INSERT INTO "tally" VALUES(1,4,4,1,0,'EUR',1,120000,0);
CREATE TABLE "view" (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	"query" TEXT NOT NULL, 
	sort TEXT, 
	slot INTEGER, 
	segment INTEGER DEFAULT 0 NOT NULL, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE visit (
	id INTEGER NOT NULL, 
	deal_id INTEGER NOT NULL, 
	stage_id INTEGER NOT NULL, 
	entered_at TEXT NOT NULL, 
	left_at TEXT, 
	next_stage_id INTEGER, 
	why TEXT, 
	version INTEGER DEFAULT 1 NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(deal_id) REFERENCES deal (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(next_stage_id) REFERENCES stage (id) DEFERRABLE INITIALLY DEFERRED, 
	FOREIGN KEY(stage_id) REFERENCES stage (id) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO "visit" VALUES(1,1,1,'2026-11-23T09:30:00.000000Z','2026-11-23T09:30:00.000000Z',4,NULL,2);
INSERT INTO "visit" VALUES(2,1,4,'2026-11-23T09:30:00.000000Z',NULL,NULL,NULL,1);
CREATE INDEX batch_target ON batch (target_id);
CREATE INDEX organization_external ON organization (external_id);
CREATE INDEX tagging_subject ON tagging (subject, subject_id);
CREATE INDEX tagging_tag ON tagging (tag_id);
CREATE INDEX contact_external ON contact (external_id);
CREATE INDEX contact_organization ON contact (organization_id);
CREATE INDEX batch_member ON batch (member_id, kind, undone, id);
CREATE INDEX journal_batch ON journal (batch_id, id);
CREATE INDEX journal_deal ON journal (deal_id, id) WHERE deal_id IS NOT NULL;
CREATE INDEX journal_span ON journal (batch_id, id) WHERE last_id IS NOT NULL;
CREATE INDEX journal_row ON journal (table_name, row_id);
CREATE INDEX deal_contact ON deal (contact_id);
CREATE INDEX deal_external ON deal (external_id);
CREATE INDEX deal_organization ON deal (organization_id);
CREATE INDEX activity_contact ON activity (contact_id);
CREATE INDEX activity_deal ON activity (deal_id);
CREATE INDEX activity_external ON activity (external_id);
CREATE INDEX activity_organization ON activity (organization_id);
CREATE INDEX quote_deal ON quote (deal_id);
CREATE INDEX visit_deal ON visit (deal_id);
CREATE INDEX open_by_urgency ON deal (stage_id, COALESCE(next_due, substr(stage_since, 1, 10)), id, parked_until, next_due) WHERE archived_at IS NULL AND closed_at IS NULL;
CREATE INDEX open_by_amount ON deal (stage_id, COALESCE(amount, -9223372036854775807), id, parked_until, amount, pinned_chance, pinned_until) WHERE archived_at IS NULL AND closed_at IS NULL;
CREATE INDEX open_by_close ON deal (stage_id, COALESCE(expected_close, '9999-12-31'), id, parked_until) WHERE archived_at IS NULL AND closed_at IS NULL;
CREATE INDEX open_by_age ON deal (stage_id, stage_since, id, parked_until) WHERE archived_at IS NULL AND closed_at IS NULL;
CREATE INDEX open_parked ON deal (stage_id, parked_until, currency, amount) WHERE archived_at IS NULL AND closed_at IS NULL AND parked_until IS NOT NULL;
CREATE INDEX open_pinned ON deal (stage_id, pinned_chance, currency, amount) WHERE archived_at IS NULL AND closed_at IS NULL AND pinned_chance IS NOT NULL;
CREATE INDEX deal_by_amount ON deal (stage_id, COALESCE(amount, -9223372036854775806), id) WHERE archived_at IS NULL;
CREATE INDEX deal_by_closing ON deal (stage_id, COALESCE(closed_at, ''), id, amount) WHERE archived_at IS NULL;
CREATE INDEX deal_closing_sums ON deal (stage_id, currency, COALESCE(closed_at, ''), amount) WHERE archived_at IS NULL;
CREATE INDEX activity_due ON activity (due_on, id) WHERE due_on IS NOT NULL AND done_at IS NULL;
CREATE INDEX quote_number ON quote (number);
CREATE INDEX quote_open ON quote (valid_until, id) WHERE status IN ('draft', 'sent');
CREATE INDEX participant_contact ON participant (contact_id);
CREATE INDEX participant_deal ON participant (deal_id);
CREATE INDEX spending_source ON spending (source_id);
CREATE INDEX quote_line_quote ON quote_line (quote_id);
CREATE INDEX evidence_deal ON evidence (deal_id);
CREATE INDEX decision_deal ON decision (deal_id);
CREATE INDEX decision_review ON decision (review_id);
CREATE INDEX party_by_name ON party_search (subject, archived, name, party_id);
CREATE INDEX batch_at ON batch (at, id);
COMMIT;
