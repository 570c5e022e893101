// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution;

namespace Tracer;

/// <summary>
/// Repairs the stages behind the ledger after their queue refused something: tells them every socket again, a part at a time, as
/// there is room. What was not told between begin and end is gone.
/// </summary>
public sealed class LedgerReplay(SocketLedger ledger, HandoffQueue<PumpedItem> queue)
{
    private bool _isUnderWay;
    private int _cursor;

    /// <summary>Something was refused and not all is told again yet.</summary>
    public bool IsDue { get; private set; }

    /// <summary>The queue refused an item: a replay that is under way cannot be trusted any more and begins anew.</summary>
    public void NoteRefused()
    {
        IsDue = true;
        _isUnderWay = false;
    }

    /// <summary>Goes on with a replay that is due, using at most half of the queue.</summary>
    public void Step(ulong nowKtimeNs)
    {
        int room = queue.Capacity / 2 - queue.Count;
        if (!IsDue || room < 2)
            return;
        if (!_isUnderWay)
        {
            _isUnderWay = queue.TryEnqueue(new PumpedItem { Kind = PumpedItemKind.ReplayBegin });
            _cursor = 0;
        }
        // A refusal on the way comes back through NoteRefused.
        if (!_isUnderWay || !ledger.Replay(ref _cursor, room - 1) || !_isUnderWay)
            return;
        IsDue = !queue.TryEnqueue(new PumpedItem { Kind = PumpedItemKind.ReplayEnd, KtimeNs = nowKtimeNs });
        _isUnderWay = false;
    }
}
