import '../elements/uploader/uploader.ts';
