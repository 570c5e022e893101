// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Tests;

public sealed class ScanMarksTests
{
    private readonly ScanMarks _marks = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_wait_ends_by_a_scan_that_began_at_its_time_or_later_only()
    {
        Task<bool> wait = _marks.WaitAsync(10, Token);
        _marks.Done(9);
        Assert.False(wait.IsCompleted);
        _marks.Done(10);
        Assert.True(wait.IsCompleted);
        Assert.True(await wait);
    }

    [Fact]
    public void A_scan_that_was_complete_before_does_not_end_a_new_wait()
    {
        _marks.Done(50);
        Task<bool> wait = _marks.WaitAsync(60, Token);
        Assert.False(wait.IsCompleted);
        _marks.Done(70);
        Assert.True(wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void One_scan_ends_all_waits_asked_before_it_and_no_others()
    {
        Task<bool>[] waits = [.. new ulong[] { 30, 10, 21, 20, 5 }.Select(asked => _marks.WaitAsync(asked, Token))];
        _marks.Done(20);
        Assert.Equal([false, true, false, true, true], waits.Select(w => w.IsCompleted));
        _marks.Done(30);
        Assert.All(waits, w => Assert.True(w.IsCompletedSuccessfully));
    }

    [Fact]
    public void The_last_complete_scan_is_remembered()
    {
        Assert.Equal(0UL, _marks.LastBeganKtimeNs);
        _marks.Done(7);
        _marks.Done(9);
        Assert.Equal(9UL, _marks.LastBeganKtimeNs);
    }

    [Fact]
    public async Task A_cancelled_wait_ends_as_cancelled_and_disturbs_no_other()
    {
        using var cancel = new CancellationTokenSource();
        Task<bool> cancelled = _marks.WaitAsync(1, cancel.Token);
        Task<bool> other = _marks.WaitAsync(1, Token);
        await cancel.CancelAsync();
        Assert.True(cancelled.IsCanceled);
        Assert.False(other.IsCompleted);
        _marks.Done(1);
        Assert.True(await other);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
    }

    [Fact]
    public void A_wait_that_is_cancelled_from_the_start_does_not_begin() =>
        Assert.True(_marks.WaitAsync(1, new CancellationToken(canceled: true)).IsCanceled);

    [Fact]
    public async Task Cancelling_after_the_end_changes_nothing()
    {
        using var cancel = new CancellationTokenSource();
        Task<bool> wait = _marks.WaitAsync(1, cancel.Token);
        _marks.Done(2);
        await cancel.CancelAsync();
        Assert.True(await wait);
    }

    [Fact]
    public async Task What_goes_on_after_a_wait_does_not_run_inside_the_scan()
    {
        Task<int> continued = _marks.WaitAsync(1, Token).ContinueWith(_ => Environment.CurrentManagedThreadId, Token, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        using var done = new ManualResetEventSlim();
        int scanner = 0;
        var thread = new Thread(() =>
        {
            scanner = Environment.CurrentManagedThreadId;
            _marks.Done(1);
            done.Wait(Token); // so that the pool cannot reuse this thread's number
        });
        thread.Start();
        int continuedOn = await continued;
        done.Set();
        thread.Join();
        Assert.NotEqual(scanner, continuedOn);
    }
}
