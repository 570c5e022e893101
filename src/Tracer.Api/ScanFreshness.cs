// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Api;

/// <summary>
/// Queue lengths and holders come from scans. A client that asks once gets numbers of now, or those there are after a short wait.
/// </summary>
internal sealed class ScanFreshness(IFactSource facts)
{
    private const ulong FreshNs = 1_000_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        ulong last = facts.LastScanKtimeNs;
        if (last != 0 && facts.NowKtimeNs() < last + FreshNs)
            return;
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await facts.RescanAsync(patience.Token).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }
    }
}
