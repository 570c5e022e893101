// SPDX-License-Identifier: Apache-2.0
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Tracer.Linux.Interop;

namespace Tracer.Bpf;

/// <summary>
/// The kernel's type information, where libbpf looks for it. Another file can be named to libbpf for relocations only: the
/// types of hooks it takes from this place and no other. Where it is hidden, as in some containers, the file is shown in
/// this place to one thread, which has its own view of the mounts and ends with it.
/// </summary>
internal static unsafe class KernelBtf
{
    private const string Place = "/sys/kernel/btf/vmlinux";
    private const int CLONE_NEWNS = 0x20000;
    private const nuint MS_REC = 0x4000, MS_PRIVATE = 0x40000;

    /// <summary>Runs the action where libbpf finds type information: the kernel's, or the stand-in's if there is one and the kernel's is hidden.</summary>
    internal static void Provide(string? standIn, Action action)
    {
        if (standIn is null || File.Exists(Place))
        {
            action();
            return;
        }
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Show(Path.GetFullPath(standIn));
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    private static void Show(string file)
    {
        byte[] content = File.ReadAllBytes(file); // what is mounted may cover it
        Check(LibC.unshare(CLONE_NEWNS));
        Check(LibC.mount("none", "/", null, MS_REC | MS_PRIVATE, null));
        string folder = Path.GetDirectoryName(Place)!;
        // sysfs lets nobody make a folder: the nearest one there is gets covered.
        string covered = Array.Find([folder, "/sys/kernel", "/sys"], Directory.Exists)
            ?? throw new BpfException($"show libbpf the type information as {Place}", Errno.ENOENT, "there is no /sys");
        Check(LibC.mount("none", covered, "tmpfs", 0, null));
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Place, content);
    }

    private static void Check(int result)
    {
        if (result < 0)
            throw new BpfException($"show libbpf the type information as {Place}", Marshal.GetLastPInvokeError(), "it needs CAP_SYS_ADMIN");
    }
}
