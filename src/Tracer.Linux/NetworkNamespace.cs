// SPDX-License-Identifier: Apache-2.0
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Interop;

namespace Tracer.Linux;

/// <summary>Runs something in another network namespace, on the calling thread only.</summary>
public static class NetworkNamespace
{
    private const string OwnPath = "/proc/thread-self/ns/net";

    /// <summary>False: the namespace is gone or may not be entered, and nothing was run.</summary>
    /// <exception cref="LinuxException">The thread could not go back: it must not do anything else.</exception>
    public static bool TryRunInside<T>(string path, Func<T> action, out T? result)
    {
        result = default;
        using SafeFileHandle? own = TryOpen(OwnPath);
        using SafeFileHandle? other = TryOpen(path);
        if (own is null || other is null || LibCNamespaces.setns(other, LibCNamespaces.CLONE_NEWNET) != 0)
            return false;
        try
        {
            result = action();
            return true;
        }
        finally
        {
            if (LibCNamespaces.setns(own, LibCNamespaces.CLONE_NEWNET) != 0)
                throw new LinuxException("return to the own network namespace", System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
        }
    }

    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
