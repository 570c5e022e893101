// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;
using Tracer.Linux.Procfs;

namespace Tracer.Linux;

/// <summary>Looks at, and into, the network namespaces of processes.</summary>
public static class NetworkNamespace
{
    private static ReadOnlySpan<byte> LinkPrefix => "net:["u8;

    /// <summary>The inode that names the network namespace of a process.</summary>
    public static ProcfsStatus ReadInode(ProcfsRoot root, uint pid, out uint inode)
    {
        inode = 0;
        ProcfsStatus status = root.ReadLink(pid, "ns/net", out byte[] target);
        if (status != ProcfsStatus.Ok)
            return status;
        return target.AsSpan().StartsWith(LinkPrefix) && target[^1] == (byte)']'
            && Utf8Parser.TryParse(target.AsSpan(LinkPrefix.Length), out inode, out int used) && used == target.Length - LinkPrefix.Length - 1
            ? ProcfsStatus.Ok
            : ProcfsStatus.Malformed;
    }

    /// <summary>
    /// Runs something in the network namespace of a process and waits for it, on a thread that ends with it: a pool thread would carry the
    /// namespace into unrelated work. Needs CAP_SYS_ADMIN.
    /// </summary>
    public static ProcfsStatus Run<T>(ProcfsRoot root, uint pid, Func<T> work, out T? result) => Run(root.PathOf(pid, "ns/net"), work, out result);

    /// <summary>The same for a namespace given by a file that stands for it, in /proc or mounted elsewhere.</summary>
    public static ProcfsStatus Run<T>(string path, Func<T> work, out T? result)
    {
        T? answer = default;
        ProcfsStatus status = ProcfsStatus.Failed;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                status = Enter(path);
                if (status == ProcfsStatus.Ok)
                    answer = work();
            }
            catch (Exception exception)
            {
                // Nothing is swallowed: the caller gets it, as if it had run the work itself.
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        { IsBackground = true, Name = "closewait-netns" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        result = answer;
        return status;
    }

    private static ProcfsStatus Enter(string path)
    {
        using SafeFileHandle target = LibCFiles.open(path, LinuxConstants.O_RDONLY | LinuxConstants.O_CLOEXEC, 0);
        if (!target.IsInvalid && LibCFiles.setns(target, LinuxConstants.CLONE_NEWNET) == 0)
            return ProcfsStatus.Ok;
        return ProcfsRoot.FromErrno(Marshal.GetLastPInvokeError());
    }
}
