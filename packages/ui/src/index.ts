export { StrongroomUploader } from './elements/uploader/uploader.ts';
