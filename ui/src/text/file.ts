/** The words of the question which file to work on. */

/** Which file to work on: those that were open lately, another one, a new one. */
export const fileQuestion = {
  file: 'File',
  openNow: 'Open now:',
  filesThatWereOpenLately: 'Files that were open lately',
  takeOffTheList: (path: string) => `Take ${path} off the list`,
  noneYet: 'Other files that you open are listed here.',
  extension: '.reprise',
  otherWaysToOpen: 'file can also be dropped on the window, or opened from the file manager.',
  close: 'Close',
  newFile: 'New file…',
  openAFile: 'Open a file…',
};
