// SPDX-License-Identifier: Apache-2.0
using Tracer.Harness;
namespace Tracer.Kernel.Tests.Harness;

/// <summary>State changes that a stream delivered or announced as lost, against those that the kernel side counted: nothing goes missing silently.</summary>
internal sealed class LossBalance
{
    private readonly Daemon _daemon;
    private readonly TransitionJournal _journal;
    private long _balance;
    private long _usesBefore;

    private LossBalance(Daemon daemon, TransitionJournal journal)
    {
        _daemon = daemon;
        _journal = journal;
    }

    /// <summary>Takes the balance before a load. Other connections of this machine may have changed just when the stream began.</summary>
    public static async Task<LossBalance> Settled(Daemon daemon, TransitionJournal journal)
    {
        LossBalance balance = new(daemon, journal);
        long last = long.MinValue;
        await Deadline.Until("two readings of the balance are equal", async () =>
        {
            (long before, last) = (last, balance.Of(await daemon.Counters()));
            return last == before ? "equal" : null;
        });
        balance._balance = last;
        balance._usesBefore = Uses(await daemon.Counters());
        return balance;
    }

    /// <summary>Waits until it is the same again.</summary>
    public async Task UntilKept()
    {
        string evidence = "";
        await Deadline.Until(
            "produced = delivered + counted",
            async () =>
            {
                Dictionary<string, ulong> counters = await _daemon.Counters();
                long surplus = Of(counters) - _balance;
                long most = _journal.Lost == 0 ? 0 : Uses(counters) - _usesBefore;
                evidence = $"{_journal.Delivered} delivered, {_journal.Lost} announced as lost, surplus {surplus} (allowed: 0 to {most})\n{string.Join('\n', counters)}";
                return surplus >= 0 && surplus <= most ? evidence : null;
            },
            TimeSpan.FromSeconds(30),
            () => evidence);
    }

    // Delivered and announced as lost, less what was watched: constant while nothing goes missing silently.
    private long Of(Dictionary<string, ulong> counters) =>
        (long)(_journal.Delivered + _journal.Lost) - Watched(counters) - (long)counters["hook_runs_skipped"];

    private static long Watched(Dictionary<string, ulong> counters) => (long)counters["transitions"] - (long)counters["filtered"];

    // Records of reads and releases in CLOSE_WAIT: no state changes, but counted when the ring has no room for them.
    private static long Uses(Dictionary<string, ulong> counters) =>
        (long)(counters["events_submitted"] + counters["events_lost"]) - Watched(counters);
}
