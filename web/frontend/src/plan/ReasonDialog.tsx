/* A deed that needs a typed reason, which is kept. */
import { useState } from 'preact/hooks';

import { Dialog } from '../ui/Dialog';

export function ReasonDialog({
  title,
  text,
  action,
  onClose,
  onGiven,
}: {
  title: string;
  text: string;
  action: string;
  onClose: () => void;
  onGiven: (reason: string) => void;
}) {
  const [reason, setReason] = useState('');
  return (
    <Dialog title={title} onClose={onClose} testid="reason-dialog">
      <p>{text}</p>
      <div class="field">
        <label for="reason">Reason</label>
        <textarea
          id="reason"
          class="input"
          rows={3}
          autofocus
          data-testid="reason"
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </div>
      <div class="form-actions">
        <button
          type="button"
          class="btn btn-danger"
          disabled={reason.trim() === ''}
          data-testid="btn-reason-confirm"
          onClick={() => {
            onGiven(reason.trim());
            onClose();
          }}
        >
          {action}
        </button>
        <button type="button" class="btn" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
