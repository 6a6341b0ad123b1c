/** What jsdom lacks and the window uses. */
URL.createObjectURL = () => 'blob:test';
URL.revokeObjectURL = () => undefined;
Element.prototype.scrollTo = () => undefined;
